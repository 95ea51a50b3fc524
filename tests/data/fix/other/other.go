package other

// Text is text.
type Text string
