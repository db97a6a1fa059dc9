/* A library with two exported functions and a static one between them, in this order. */
__attribute__((noinline)) int sample_first(int value) { return value * 3 + 1; }

__attribute__((noinline)) static int sample_hidden(int value) { return value * 5 + 2; }

__attribute__((noinline)) int sample_last(int value) { return value * 7 + 3; }

void *sample_address_of_hidden(void) { return (void *)sample_hidden; }
