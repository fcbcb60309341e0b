package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RatiosTest {
  private static Row row(String name, double peer) {
    return new Row("gemm", name, 2, 1e-3, Map.of("MKL", peer), 1, 1, 1, 0, true);
  }

  /** A tenth is chance, more is not; cases that only one table has are left out. */
  @Test
  void whatHasFallenIsNamed() {
    var before = Ratios.parse(Ratios.of(List.of(row("64³", 1e-3), row("128³", 1e-3), row("gone", 1e-3))).text());
    var now = Ratios.of(List.of(row("64³", 0.91e-3), row("128³", 0.89e-3), row("new", 1e-4)));
    assertEquals(List.of("gemm, 128³ on 2 beside MKL: 0.89, was 1.00"), now.fallenSince(before));
  }

  @Test
  void whatIsNoTableIsRefused() {
    assertEquals("no table of ratios, which begins with the line suite case threads peer ratio", fault(""));
    assertEquals("line 2 is no ratio", fault("suite\tcase\tthreads\tpeer\tratio\ngemm\tx\t1\tMKL\tfast"));
    assertEquals("line 3 is no ratio", fault("suite\tcase\tthreads\tpeer\tratio\ngemm\tx\t1\tMKL\t1\n1"));
  }

  private static String fault(String text) {
    return assertThrows(IllegalArgumentException.class, () -> Ratios.parse(text)).getMessage();
  }
}
