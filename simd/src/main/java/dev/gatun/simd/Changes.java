package dev.gatun.simd;

/** Counts how often something may have changed, so that whoever holds a copy knows whether it still is one. */
interface Changes {
  long changes();
}
