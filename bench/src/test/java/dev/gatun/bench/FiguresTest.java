package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FiguresTest {
  private static Row row(String name, String peer, double seconds) {
    return new Row("gemm", name, 2, 1e-3, Map.of(peer, seconds), 1, 1, 1, 0, true, "here and now");
  }

  /** A tenth is chance, more is not; cases that only one file has are left out. */
  @Test
  void whatHasFallenIsNamed() {
    var before = Figures.parse(Figures.of(List.of(row("64³", "MKL", 1e-3), row("128³", "MKL", 1e-3),
        row("gone", "MKL", 1e-3))).text());
    var now = Figures.of(List.of(row("64³", "MKL", 0.91e-3), row("128³", "MKL", 0.89e-3), row("new", "MKL", 1e-4)));
    assertEquals(new Figures.Comparison(2, List.of("gemm, 128³ on 2 beside MKL: 0.89, was 1.00")), now.since(before));
    assertEquals(new Figures.Comparison(0, List.of()), Figures.of(List.of(row("64³", "oneDNN", 1e-3))).since(before));
  }

  /** Later rows take the place of those of the same case; one with memory kept is a case of its own. */
  @Test
  void laterRowsReplaceEarlier() {
    var kept = row("64³", "libtorch" + Row.KEEPING, 3e-3);
    var all = Figures.of(List.of(row("64³", "libtorch", 1e-3), row("128³", "libtorch", 1e-3)));
    all.add(row("64³", "libtorch", 2e-3));
    all.add(kept);
    assertEquals(List.of(row("64³", "libtorch", 2e-3), row("128³", "libtorch", 1e-3), kept), all.rows());
  }

  @Test
  void whatIsNoFileOfFiguresIsRefused() {
    assertEquals("this is no file of figures, whose first line is: # Written by gatun bench --save; one row a line, "
        + "see docs/commands.md.", fault(""));
    var text = Figures.of(List.of(row("64³", "MKL", 1e-3))).text();
    assertEquals("line 3 is no row", fault(text + "gemm\tx\n"));
    assertEquals("line 2 is no row", fault(text.replace("0.001", "fast")));
    assertEquals("line 2 is no row", fault(text.replace("0.001", "NaN")));
    assertEquals("line 2 is no row", fault(text.replace("0.001", "0.0")));
  }

  private static String fault(String text) {
    return assertThrows(IllegalArgumentException.class, () -> Figures.parse(text)).getMessage();
  }
}
