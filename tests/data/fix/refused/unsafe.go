package refused

import "unsafe"

func address() uintptr {
	a := make([]byte, 70000) // left: keep addresses
	return uintptr(unsafe.Pointer(&a[0]))
}
