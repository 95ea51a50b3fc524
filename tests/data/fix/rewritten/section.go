package rewritten

import (
	"fmt"

	"example.com/demo/other"
)

func section(s other.Text) string {
	return fmt.Sprintf("%s", s)
}
