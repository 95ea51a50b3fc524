package rewritten

import "fmt"

func only(n int64) string {
	return fmt.Sprintf("%d", n)
}
