// Uses a CPU in a function of its own, whose name can be found only where the program's file is.
volatile unsigned long sink = 0;

[[gnu::noinline]] void take_turns() {
  for (int i = 0; i < 100'000; ++i) sink = sink * 2862933555777941757UL + 3037000493UL;
}

int main() {
  for (;;) take_turns();
}
