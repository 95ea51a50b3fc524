package p

var a = 'ab' // ERROR "more than one character in rune literal"
var b = '' // ERROR "empty rune literal"
var c = "\q" // ERROR "unknown escape"
var d = 0b12 // ERROR "invalid digit '2' in binary literal"
var e = 1__2 // ERROR "'_' must separate successive digits"
var f = 0x1.0 // ERROR "hexadecimal mantissa requires a 'p' exponent"
var g = "abc // ERROR "newline in string"
var h = '\400' // ERROR "octal escape value 256 > 255"
var i = "\ud800" // ERROR "escape is invalid Unicode code point U+D800"
var j = a ? b : c // ERROR "invalid character U+003F '?'|syntax error"
var k№ = 1 // ERROR "invalid character U+2116 '№' in identifier"
