package rewritten

import "fmt"
import "os"

func lone(n int, ok bool) {
	os.Setenv("N", fmt.Sprint(n))
	fmt.Println()
}
