package dev.gatun.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class NpyTest {
  @TempDir
  private Path folder;

  private final TensorArena arena = TensorArena.root("test", 1 << 16);

  @AfterEach
  void close() {
    arena.close();
  }

  /** A file up to where its data begins, which is zero and where the buffer stands. */
  static ByteBuffer file(int major, String header, int dataBytes) {
    byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
    var file = ByteBuffer.allocate(6 + 2 + (major == 1 ? 2 : 4) + text.length + dataBytes);
    file.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) major, 0}).order(ByteOrder.LITTLE_ENDIAN);
    return (major == 1 ? file.putShort((short) text.length) : file.putInt(text.length)).put(text);
  }

  private Tensor read(ByteBuffer bytes) throws IOException {
    var path = folder.resolve("x.npy");
    Files.write(path, bytes.array());
    return Npy.read(path, arena);
  }

  private String refusal(byte[] bytes) throws IOException {
    return HostileFile.refusal(folder, bytes, Npy::read);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BF16")
  void whatIsWrittenIsRead(DType dtype) throws IOException {
    for (var shape : List.of(Shape.SCALAR, Shape.of(5), Shape.of(2, 3), Shape.of(2, 0, 3))) {
      var tensor = arena.allocate(dtype, shape);
      tensor.fill(1);
      var path = folder.resolve("x.npy");
      Npy.write(path, tensor);
      var again = Npy.read(path, arena);
      assertEquals(dtype, again.dtype());
      assertEquals(shape, again.shape());
      assertArrayEquals(tensor.toDoubles(), again.toDoubles());
    }
  }

  @Test
  void bytesFollowTheFormat() throws IOException {
    var tensor = arena.allocate(DType.I32, Shape.of(1, 2));
    tensor.setInts(7, -1);
    var path = folder.resolve("x.npy");
    Npy.write(path, tensor);
    var header = "{'descr': '<i4', 'fortran_order': False, 'shape': (1, 2), }";
    var expected = file(1, header + " ".repeat(128 - 10 - header.length() - 1) + "\n", 8).putInt(7).putInt(-1);
    assertArrayEquals(expected.array(), Files.readAllBytes(path));
    Npy.write(path, tensor.slice(1, 0, 1).reshape(Shape.of(1)));
    assertTrue(Files.readString(path, StandardCharsets.ISO_8859_1).contains("'shape': (1,), }"));
  }

  @Test
  void viewsAreWrittenInRowMajorOrder() throws IOException {
    var tensor = arena.allocate(DType.F32, Shape.of(2, 2));
    tensor.setInts(0, 1, 2, 3);
    var path = folder.resolve("x.npy");
    Npy.write(path, tensor.transpose(1, 0));
    assertArrayEquals(new int[] {0, 2, 1, 3}, Npy.read(path, arena).toInts());
  }

  @Test
  void fortranOrderIsReadAsAView() throws IOException {
    var bytes = file(2, "{'shape': (2, 3), 'fortran_order': True, 'descr': '|u1'}", 6).put(new byte[] {1, 2, 3, 4, 5, 6});
    var tensor = read(bytes);
    assertEquals(Shape.of(2, 3), tensor.shape());
    assertFalse(tensor.isContiguous());
    assertArrayEquals(new int[] {1, 3, 5, 2, 4, 6}, tensor.toInts());
  }

  @ParameterizedTest
  @CsvSource({"f2, 2", "f4, 4", "f8, 8", "i4, 4", "i8, 8"})
  void bigEndianIsTurnedAround(String code, int width) throws IOException {
    var bytes = file(1, "{'descr': '>" + code + "', 'fortran_order': False, 'shape': (2,), }\n", 2 * width)
        .order(ByteOrder.BIG_ENDIAN);
    for (int value : new int[] {3, -5}) {
      switch (code) {
        case "f2" -> bytes.putShort(Float.floatToFloat16(value));
        case "f4" -> bytes.putFloat(value);
        case "f8" -> bytes.putDouble(value);
        case "i4" -> bytes.putInt(value);
        default -> bytes.putLong(value);
      }
    }
    assertArrayEquals(new int[] {3, -5}, read(bytes).toInts());
  }

  @Test
  void bfloatHasNoNameThere() {
    var tensor = arena.allocate(DType.BF16, Shape.of(1));
    var error = assertThrows(IllegalArgumentException.class, () -> Npy.write(folder.resolve("x"), tensor));
    assertEquals("the NPY format has no bf16; cast it, or write safetensors", error.getMessage());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
      {'descr': '<f4', 'fortran_order': False, 'shape': (2,)} | 4 | 8 bytes of data for f32[2]
      {'descr': '<f4', 'fortran_order': False, 'shape': ()} | 8 | 4 bytes of data for f32[]
      {'descr': '<c8', 'fortran_order': False, 'shape': ()} | 8 | an element type that Gatun reads
      {'descr': '=O', 'fortran_order': False, 'shape': ()} | 8 | an element type that Gatun reads
      {'descr': 'f4', 'fortran_order': False, 'shape': ()} | 4 | an element type that Gatun reads
      {'descr': '?f4', 'fortran_order': False, 'shape': ()} | 4 | an element type that Gatun reads
      {'descr': '', 'fortran_order': False, 'shape': ()} | 4 | an element type that Gatun reads
      {'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()} | 4 | `'`
      {'descr': '<f4', 'fortran_order': 0, 'shape': ()} | 4 | `False`
      {'descr': '<f4', 'fortran_order': False, 'shape': (1)} | 4 | a comma in a tuple of one
      {'descr': '<f4', 'fortran_order': False, 'shape': (-1,)} | 4 | a whole number
      {'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904,)} | 4 | a shape that Gatun holds
      {'descr': '<f4', 'fortran_order': False, 'shape': [1]} | 4 | `(`
      {'descr': '<f4', 'fortran_order': False} | 4 | 'descr', 'fortran_order' and 'shape' in the header
      {'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()} | 4 | once each
      {'descr': '<f4', 'fortran_order': False, 'shape': (), 'x': 1} | 4 | once each
      {'descr': '<f4', 'fortran_order': False, 'shape': ()} x | 4 | the end of the header
      {'descr': '<f4 | 4 | the rest of a string
      x | 4 | `{`
      """)
  void badHeadersAreRefused(String header, int dataBytes, String expected) throws IOException {
    var refusal = refusal(file(1, header, dataBytes).array());
    assertTrue(refusal.contains(expected), refusal);
  }

  @Test
  void badFramesAreRefused() throws IOException {
    assertTrue(refusal(new byte[3]).startsWith("expected the format's name and version of 8 bytes"));
    assertTrue(refusal(new byte[20]).startsWith("expected the bytes 93 4E 55 4D 50 59"));
    assertEquals("expected version 1.0 or 2.0, found 3.0", refusal(file(3, "", 0).array()));
    var huge = file(2, "{}", 0).putInt(8, -1).array();
    assertEquals("expected a header of at most 64.0 KiB, found 4.0 GiB", refusal(huge));
    var cut = file(1, "{}", 0).array();
    assertTrue(refusal(Arrays.copyOf(cut, cut.length - 1)).startsWith("expected a header of 2 bytes"));
    var axes = "1,".repeat(Shape.MAX_RANK + 1);
    assertTrue(refusal(file(1, "{'shape': (" + axes + ")}", 0).array()).startsWith("expected at most 64 axes"));
    var truth = file(1, "{'descr': '|b1', 'fortran_order': False, 'shape': ()}", 1).put((byte) 3).array();
    assertEquals("expected truth values 0 and 1 in the array, found byte 3", refusal(truth));
  }
}
