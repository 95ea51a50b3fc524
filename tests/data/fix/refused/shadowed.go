package refused

import "fmt"

func shadowed(strconv, n int) string {
	return fmt.Sprintf("%d", n+strconv) // left: stands for something else
}
