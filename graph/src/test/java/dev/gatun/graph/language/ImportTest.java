package dev.gatun.graph.language;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportTest {

  @TempDir
  Path folder;

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private String fault(String text) throws IOException {
    Path file = write("inner/main.gat", text);
    return assertThrows(LanguageException.class, () -> Program.read(file, Map.of())).diagnostics().getFirst().message();
  }

  @Test
  void importsBlocksAndConstants() throws IOException {
    write("parts/blocks.gat", "import size from \"deep/size.gat\"\nblock wide(x) { linear(x, size) }");
    write("parts/deep/size.gat", "const size = 3 * 2");
    Path main = write("main.gat", "import wide from \"parts/blocks.gat\"; import size from \"parts/deep/size.gat\"\n"
        + "model m(x: f32[N, size]) { output y = wide(x) }");
    Elaborated model = Program.read(main, Map.of()).elaborate("m", Map.of("N", 2L), false);
    assertEquals("f32[2, 6]", model.outputs().get("y").type().toString());
    assertEquals("y.linear1.weight", model.parameters().getFirst().name());
  }

  @Test
  void importsModelsToTrainThem() throws IOException {
    write("base.gat", "const width = 3\nblock f(x) { linear(x, width) }\nmodel m(x: f32[N, 2]) { y = f(x); loss = mean(y) }");
    Path main = write("main.gat", "import m from \"base.gat\"\ntrain m { minimize 2 * loss; data = d }");
    Program program = Program.read(main, Map.of());
    assertEquals(List.of("m"), program.models());
    Elaborated model = program.elaborate("m", Map.of("N", 2L), true);
    assertEquals("f32[]", model.recipe().common().objective().type().toString());
    Path wrong = write("wrong.gat", "import m from \"base.gat\"\ntrain n { data = d }");
    var fault = assertThrows(LanguageException.class, () -> Program.read(wrong, Map.of()));
    assertEquals("no model is called `n`", fault.diagnostics().getFirst().message());
  }

  @Test
  void importsStayBelowTheirFolder() throws IOException {
    write("outside.gat", "const a = 1");
    Files.createDirectories(folder.resolve("inner"));
    Files.createSymbolicLink(folder.resolve("inner/link.gat"), folder.resolve("outside.gat"));
    assertEquals("an import lies in or below the importing file's folder", fault("import a from \"../outside.gat\""));
    assertEquals("an import lies in or below the importing file's folder",
        fault("import a from \"" + folder.resolve("outside.gat") + "\""));
    assertEquals("link.gat leads out of the folder of main.gat", fault("import a from \"link.gat\""));
    assertEquals("there is no file none.gat beside main.gat", fault("import a from \"none.gat\""));
    assertEquals("the imports go round in a circle", fault("import a from \"main.gat\""));
    assertTrue(fault("import a from \".\"").contains("is no file"));
    write("inner/other.gat", "const b = 1");
    assertEquals("other.gat has no block, constant, shared layer or model `a`", fault("import a from \"other.gat\""));
  }

  @Test
  void unreadableFiles() throws IOException {
    assertThrows(UncheckedIOException.class, () -> Program.read(folder.resolve("none.gat"), Map.of()));
    assertThrows(UncheckedIOException.class, () -> Program.read(folder, Map.of()));
    Path bytes = Files.write(folder.resolve("bytes.gat"), new byte[] {(byte) 0xff, (byte) 0xfe});
    assertThrows(UncheckedIOException.class, () -> Program.read(bytes, Map.of()));
  }
}
