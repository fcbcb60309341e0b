package dev.gatun.simd;

import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class ChainStepTest {
  /** 512 rows of which 38 fit were cut into 14 blocks of 40, the last of −8. */
  @Property
  void noBlockIsEmpty(@ForAll @IntRange(min = 1, max = 5000) int all, @ForAll @IntRange(min = 1, max = 600) int most) {
    int rows = ChainStep.rowsOfBlock(all, Math.min(all, most));
    int blocks = Math.ceilDiv(all, rows);
    int last = all - (blocks - 1) * rows;
    assertTrue(rows <= most + 3 && last >= 1 && last <= rows, blocks + " blocks of " + rows + ", the last of " + last);
  }
}
