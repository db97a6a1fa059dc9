module boundscope.test/go_service

go 1.19
