module boundscope.test/pairs

go 1.19
