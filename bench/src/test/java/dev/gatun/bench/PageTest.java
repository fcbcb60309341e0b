package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PageTest {
  private static Row row(String suite, String name, boolean steady, Map<String, Double> peers) {
    return new Row(suite, name, 1, 1e-3, peers, 1e8, 0, 2e11, 1e-6, steady, "a machine");
  }

  /** One line for a case, whether memory was kept or not; a column for each peer that the suite has. */
  @Test
  void tablesHaveALineForEachCase() {
    var both = new LinkedHashMap<String, Double>();
    both.put("MKL", 2e-3);
    both.put("libtorch", 4e-3);
    var rows = List.of(row("gemm", "64³", true, both), row("gemm", "128³", false, Map.of("MKL", 0.5e-3)),
        row("gemm", "64³", true, Map.of("libtorch" + Row.KEEPING, 3e-3)));
    var page = Page.text(rows, List.of());
    assertEquals("""
        ## Geometric means

        | suite | threads | peer | factor | least |
        | --- | ---: | --- | ---: | ---: |
        | gemm | 1 | MKL | 1.00 | 0.50 |
        | gemm | 1 | libtorch | 4.00 | 4.00 |
        | gemm | 1 | libtorch, keeping memory | 3.00 | 3.00 |

        ## gemm: products of f32 matrices: squares, and those of known networks

        | case | threads | ours, ms | rate | of peak | error | MKL | libtorch | libtorch, keeping memory |
        | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
        | 64³ | 1 | 1.00 | 100.0 GFLOP/s | 50 % | 1e-06 | 2.00 | 4.00 | 3.00 |
        | 128³ | 1 | 1.00* | 100.0 GFLOP/s | 50 % | 1e-06 | 0.50 | | |

        Measured on a machine.
        """, page.substring(page.indexOf("## Geo")));
  }
}
