package dev.gatun.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Random damage to good files: a reader gives a result or a clear error, nothing else. */
class DamagedFilesTest {
  private static Path folder;
  private static byte[] safetensors;

  @BeforeContainer
  static void writeGoodFile() throws IOException {
    folder = Files.createTempDirectory("damaged");
    var good = folder.resolve("good");
    try (var arena = TensorArena.root("arena", 1 << 16)) {
      Safetensors.write(good, SafetensorsTest.sample(arena), Map.of("key", "value"));
    }
    safetensors = Files.readAllBytes(good);
  }

  @AfterContainer
  static void removeFolder() throws IOException {
    for (var name : List.of("good", "damaged", "")) {
      Files.deleteIfExists(folder.resolve(name));
    }
  }

  @Property
  void safetensorsSurvive(@ForAll long seed) throws IOException {
    HostileFile.survive(folder, HostileFile.mutate(safetensors, new Random(seed)), Safetensors::read);
  }

  @Property
  void npySurvives(@ForAll long seed, @ForAll boolean fortran) throws IOException {
    var good = NpyTest.file(fortran ? 2 : 1, "{'descr': '>i4', 'fortran_order': " + (fortran ? "True" : "False")
        + ", 'shape': (3, 2), }          \n", 24).array();
    HostileFile.survive(folder, HostileFile.mutate(good, new Random(seed)), Npy::read);
  }
}
