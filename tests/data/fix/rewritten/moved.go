package rewritten

import (
	"fmt"
	"os"
	str "strings"
	"unicode"
)

func moved(n uint16) {
	os.Setenv("N", str.ToUpper(fmt.Sprint(n)))
	_ = unicode.MaxRune
}
