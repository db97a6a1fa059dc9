module gc_live

go 1.19
