module example.com/rewrites

go 1.22
