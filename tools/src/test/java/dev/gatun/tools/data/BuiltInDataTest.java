package dev.gatun.tools.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.Dataset;
import dev.gatun.memory.Shape;
import dev.gatun.memory.TensorArena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The data sets that need no file, and those of the registry in general. */
class BuiltInDataTest {
  private static final DataFolders NOWHERE = new DataFolders(null, "/nowhere");

  /** All values of a field, sample by sample. */
  private static double[] all(Dataset data, String field) {
    var type = data.fields().get(field);
    long[] sizes = new long[type.shape().rank() + 1];
    sizes[0] = data.size();
    System.arraycopy(type.shape().sizes(), 0, sizes, 1, sizes.length - 1);
    int[] rows = new int[data.size()];
    Arrays.setAll(rows, i -> i);
    try (var arena = TensorArena.root("test", 1L << 30)) {
      var tensor = arena.allocate(type.dtype(), Shape.of(sizes));
      data.copy(field, rows, 0, rows.length, tensor);
      return tensor.toDoubles();
    }
  }

  @Test
  void digitsAreAllThereAndSplitByEveryFifth() {
    var digits = Digits.load();
    assertEquals(1438, digits.train().size());
    assertEquals(359, digits.test().size());
    var images = all(digits.train(), "image");
    assertArrayEquals(new double[] {0, 0, 5 / 16.0, 13 / 16.0, 9 / 16.0, 1 / 16.0, 0, 0}, Arrays.copyOf(images, 8));
    assertTrue(Arrays.stream(images).allMatch(v -> v >= 0 && v <= 1 && v * 16 == Math.rint(v * 16)));
    var labels = all(digits.test(), "label");
    assertArrayEquals(new double[] {4, 9, 4, 9}, Arrays.copyOf(labels, 4));
    for (int digit = 0; digit < 10; digit++) {
      int wanted = digit;
      assertTrue(Arrays.stream(labels).filter(l -> l == wanted).count() >= 20, "digit " + digit);
    }
  }

  @Test
  void bracketsFollowTheirRule() {
    var split = Brackets.load();
    assertEquals(8000, split.train().size());
    assertEquals(2000, split.test().size());
    var tokens = all(split.test(), "token");
    var lengths = all(split.test(), "length");
    var labels = all(split.test(), "label");
    long standing = 0;
    for (int i = 0; i < labels.length; i++) {
      var text = new StringBuilder();
      for (int j = 0; j < 32; j++) {
        int token = (int) tokens[i * 32 + j];
        assertEquals(j >= lengths[i], token == 0, "padding of sample " + i);
        text.append(token == 0 ? "" : "()[]".charAt(token - 1));
      }
      assertEquals(labels[i] == 1, stands(text.toString()), text.toString());
      standing += (long) labels[i];
    }
    assertTrue(standing > 900 && standing < 1300, standing + " of 2000 stand");
    assertArrayEquals(tokens, all(Brackets.load().test(), "token"), "the same strings each time");
  }

  private static boolean stands(String text) {
    for (var shorter = text; !shorter.isEmpty(); text = shorter) {
      shorter = text.replace("()", "").replace("[]", "");
      if (shorter.equals(text)) {
        return false;
      }
    }
    return true;
  }

  @Test
  void charactersBecomeTokensAndBack() {
    byte[] tokens = Characters.encode("A z~\r\n\té€".getBytes(StandardCharsets.UTF_8));
    assertArrayEquals(new byte[] {34, 1, 91, 95, 0, 32, 32, 32}, tokens);
    assertEquals("A z~\n???", decoded(tokens));
    assertThrows(IllegalArgumentException.class, () -> Characters.decode(96));
  }

  private static String decoded(byte[] tokens) {
    var text = new StringBuilder();
    for (byte token : tokens) {
      text.append(Characters.decode(token));
    }
    return text.toString();
  }

  @Test
  void charactersComeFromTheJarOrAFile(@TempDir Path folder) throws Exception {
    var source = DataSets.find("characters");
    var sonnets = source.load(NOWHERE, Map.of());
    assertEquals("{token=i32[65]}", sonnets.train().fields().toString());
    assertTrue(sonnets.train().size() > 1000 && sonnets.test().size() > 10);
    var file = Files.writeString(folder.resolve("text.txt"), "abcdefghij".repeat(10));
    for (var given : new Path[] {file, folder}) {
      var own = source.load(new DataFolders(given, null), Map.of("window", 5L));
      assertEquals(86, own.train().size());
      assertEquals(2, own.test().size());
    }
    var small = assertThrows(DataException.class, () -> source.load(new DataFolders(file, null), Map.of()));
    assertEquals(file + " has 100 characters: windows of 65 want at least 2 and a text of 650", small.getMessage());
  }

  @Test
  void argumentsThatADataSetDoesNotHaveAreRefused() {
    var digits = assertThrows(DataException.class, () -> DataSets.find("digits").load(NOWHERE, Map.of("window", 3L)));
    assertEquals("data set digits has no argument `window`", digits.getMessage());
    var text = assertThrows(DataException.class, () -> DataSets.find("characters").load(NOWHERE, Map.of("size", 3L)));
    assertEquals("data set characters has no argument `size`, it has `window`", text.getMessage());
  }

  @Test
  void namesAreFoundAsTypedAndAsWrittenInARecipe() {
    assertEquals("fashion-mnist", DataSets.find("fashion_mnist").name());
    assertEquals("fashion-mnist", DataSets.find("fashion-mnist").name());
    assertNull(DataSets.find("fashion"));
  }

  @Test
  void everyBuiltInSetHasWhatTheRegistrySays() {
    for (var name : new String[] {"digits", "brackets"}) {
      var source = DataSets.find(name);
      var split = source.load(NOWHERE, Map.of());
      assertEquals(source.train(), Integer.toString(split.train().size()));
      assertEquals(source.test(), Integer.toString(split.test().size()));
      var fields = new StringBuilder();
      split.train().fields().forEach((field, type) -> fields.append(fields.isEmpty() ? "" : ", ").append(field)
          .append(": ").append(type.toString().replace("[]", "")));
      assertEquals(source.fields(), fields.toString());
    }
  }
}
