module heaplint.test/allocations

go 1.23
