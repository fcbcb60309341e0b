package dev.gatun.tools.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.bench.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a bench has measured is in its files before the next row is. */
class KeptFiguresTest {
  @TempDir
  private Path folder;

  private static Row row(String name) {
    return new Row("gemm", name, 2, 1e-3, Map.of(), 1, 1, 1, 0, true, "here and now");
  }

  @Test
  void eachRowIsInBothFilesAtOnce() throws IOException {
    var save = folder.resolve("figures.tsv");
    var page = folder.resolve("page.md");
    var kept = new KeptFigures(save, page, List.of());
    assertEquals(0, Files.list(folder).count());
    for (var name : List.of("64³", "128³", "192³")) {
      kept.add(List.of(row(name)));
      assertEquals(row(name), KeptFigures.read(save).rows().getLast());
      assertTrue(Files.readString(page).contains("| " + name + " | 2 |"), Files.readString(page));
    }
    assertEquals(2, Files.list(folder).count());
  }

  /** What another run has kept stays, and is on the page. */
  @Test
  void rowsOfEarlierRunsStay() throws IOException {
    var save = folder.resolve("figures.tsv");
    new KeptFigures(save, null, List.of()).add(List.of(row("64³")));
    var page = folder.resolve("page.md");
    new KeptFigures(save, page, List.of()).add(List.of(row("128³")));
    assertEquals(List.of(row("64³"), row("128³")), KeptFigures.read(save).rows());
    assertTrue(Files.readString(page).contains("| 64³ | 2 |"), Files.readString(page));
  }

  /** Before hours of measuring, not behind them. */
  @Test
  void whatCannotBeWrittenIsSaidFirst() {
    var page = folder.resolve("none").resolve("page.md");
    assertThrows(IOException.class, () -> new KeptFigures(null, page, List.of()));
  }
}
