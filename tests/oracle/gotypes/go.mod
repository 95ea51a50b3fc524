module heaplint.test/gotypes

go 1.24
