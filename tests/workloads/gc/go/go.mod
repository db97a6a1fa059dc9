module boundscope.test/gc_service

go 1.19
