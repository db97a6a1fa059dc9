module mix

go 1.19
