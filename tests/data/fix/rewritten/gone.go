package rewritten

import (
	"bytes"
	"fmt"
	"strings"

	_ "embed"
)

func gone(s string, b *bytes.Buffer) {
	b.WriteString(strings.TrimSpace(fmt.Sprintf("%s", s)))
}
