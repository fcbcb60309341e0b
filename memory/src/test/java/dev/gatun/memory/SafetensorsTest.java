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
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
  @TempDir
  private Path folder;

  /** Tensors of every dtype under names that need care. */
  static Map<String, Tensor> sample(TensorArena arena) {
    var tensors = new LinkedHashMap<String, Tensor>();
    for (var dtype : DType.values()) {
      var tensor = arena.allocate(dtype, Shape.of(3, dtype.ordinal() % 3));
      tensor.fill(1);
      tensors.put("layer \"" + dtype + "\"\\\n\u00e9\ud83d\ude00", tensor);
    }
    tensors.put("scalar", arena.allocate(DType.F32, Shape.SCALAR));
    return tensors;
  }

  private static byte[] file(String header, int dataBytes) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + text.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN)
        .putLong(text.length).put(text).array();
  }

  private String refusal(byte[] bytes) throws IOException {
    return HostileFile.refusal(folder, bytes, Safetensors::read);
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    try (var arena = TensorArena.root("arena", 1 << 16)) {
      var tensors = sample(arena);
      var path = folder.resolve("model.safetensors");
      Safetensors.write(path, tensors, Map.of("format", "gatun"));
      var content = Safetensors.read(path, arena);
      assertEquals(List.copyOf(tensors.keySet()), List.copyOf(content.tensors().keySet()));
      assertEquals(Map.of("format", "gatun"), content.metadata());
      tensors.forEach((name, tensor) -> {
        var again = content.tensors().get(name);
        assertEquals(tensor.dtype(), again.dtype());
        assertEquals(tensor.shape(), again.shape());
        assertArrayEquals(tensor.toDoubles(), again.toDoubles());
        assertEquals(0, again.address() % TensorArena.ALIGNMENT);
      });
      try (var listed = Files.list(folder)) {
        assertEquals(List.of(path), listed.toList());
      }
    }
  }

  @Test
  void bytesFollowTheFormatAndAreTheSameEachTime() throws IOException {
    try (var arena = TensorArena.root("arena", 1 << 16)) {
      var narrow = arena.allocate(DType.U8, Shape.of(3));
      narrow.setInts(1, 2, 3);
      var wide = arena.allocate(DType.F32, Shape.of(2, 1));
      wide.setFloats(1, -2);
      var tensors = new LinkedHashMap<String, Tensor>();
      tensors.put("narrow", narrow);
      tensors.put("wide", wide);
      var path = folder.resolve("x");
      Safetensors.write(path, tensors, Map.of("k", "v"));
      byte[] bytes = Files.readAllBytes(path);
      var header = "{\"__metadata__\":{\"k\":\"v\"},\"narrow\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[8,11]},"
          + "\"wide\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]}}";
      var padded = header + " ".repeat(-header.length() & 7);
      var expected = ByteBuffer.allocate(8 + padded.length() + 11).order(ByteOrder.LITTLE_ENDIAN)
          .putLong(padded.length()).put(padded.getBytes(StandardCharsets.UTF_8)).putFloat(1).putFloat(-2)
          .put(new byte[] {1, 2, 3}).array();
      assertArrayEquals(expected, bytes);
      Safetensors.write(path, tensors, Map.of("k", "v"));
      assertArrayEquals(bytes, Files.readAllBytes(path));
    }
  }

  /** Of a file of 8 KiB only what is wanted takes memory. */
  @Test
  void someTensorsAreRead() throws IOException {
    var path = folder.resolve("some.safetensors");
    try (var arena = TensorArena.root("test", 1 << 20)) {
      var wanted = arena.allocate(DType.F32, Shape.of(4));
      wanted.setDoubles(1, 2, 3, 4);
      var other = arena.allocate(DType.F64, Shape.of(1000));
      Safetensors.write(path, Map.of("wanted", wanted, "other", other), Map.of());
    }
    try (var arena = TensorArena.root("test", 100)) {
      var read = Safetensors.read(path, arena, "wanted"::equals).tensors();
      assertEquals(List.of("wanted"), List.copyOf(read.keySet()));
      assertArrayEquals(new double[] {1, 2, 3, 4}, read.get("wanted").toDoubles());
    }
  }

  @Test
  void viewsAreWrittenInRowMajorOrder() throws IOException {
    try (var arena = TensorArena.root("arena", 1 << 16)) {
      var tensor = arena.allocate(DType.F32, Shape.of(2, 3));
      tensor.setInts(0, 1, 2, 3, 4, 5);
      var path = folder.resolve("x");
      Safetensors.write(path, Map.of("t", tensor.transpose(1, 0)), Map.of());
      assertArrayEquals(new int[] {0, 3, 1, 4, 2, 5}, Safetensors.read(path, arena).tensors().get("t").toInts());
    }
  }

  @Test
  void failedWriteLeavesTheOldFile() throws IOException {
    try (var arena = TensorArena.root("arena", 64)) {
      var tensor = arena.allocate(DType.U8, Shape.of(8, 8));
      var path = folder.resolve("x");
      Safetensors.write(path, Map.of("old", tensor), Map.of());
      byte[] old = Files.readAllBytes(path);
      // A strided view needs a copy, for which the budget has no room.
      assertThrows(BudgetException.class, () -> Safetensors.write(path, Map.of("t", tensor.transpose(1, 0)), Map.of()));
      assertArrayEquals(old, Files.readAllBytes(path));
      try (var listed = Files.list(folder)) {
        assertEquals(List.of(path), listed.toList());
      }
    }
  }

  @Test
  void unwritableNamesAreRefused() {
    try (var arena = TensorArena.root("arena", 64)) {
      var tensor = arena.allocate(DType.U8, Shape.of(1));
      var path = folder.resolve("x");
      assertThrows(IllegalArgumentException.class, () -> Safetensors.write(path, Map.of("__metadata__", tensor), Map.of()));
      assertThrows(IllegalArgumentException.class, () -> Safetensors.write(path, Map.of("\ud800", tensor), Map.of()));
      assertThrows(IllegalArgumentException.class,
          () -> Safetensors.write(path, Map.of(), Map.of("k", "x".repeat(17 << 20))));
      assertThrows(IOException.class, () -> Safetensors.write(folder, Map.of("t", tensor), Map.of()));
      assertFalse(Files.exists(path));
    }
  }

  @Test
  void missingFileAndFolderAreTold() {
    try (var arena = TensorArena.root("arena", 64)) {
      assertThrows(NoSuchFileException.class, () -> Safetensors.read(folder.resolve("none"), arena));
      var error = assertThrows(TensorFileException.class, () -> Safetensors.read(folder, arena));
      assertEquals("a regular file", error.expected());
    }
  }

  @Test
  void budgetIsAskedBeforeAnythingIsRead() throws IOException {
    var path = folder.resolve("x");
    Files.write(path, file("{\"t\":{\"dtype\":\"U8\",\"shape\":[1000],\"data_offsets\":[0,1000]}}", 1000));
    try (var arena = TensorArena.root("arena", 960)) {
      assertThrows(BudgetException.class, () -> Safetensors.read(path, arena));
      assertEquals(0, arena.usedBytes());
    }
  }

  @Test
  void spacesAndAnyKeyOrderAreRead() throws IOException {
    var path = folder.resolve("x");
    Files.write(path, file("{ \"b\" : { \"shape\" : [ ] , \"data_offsets\" : [ 1 , 2 ] , \"dtype\" : \"\\u00558\" } ,\n"
        + "\"a\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[0,1]},\"e\":{\"dtype\":\"F64\",\"shape\":[0],"
        + "\"data_offsets\":[1,1]}, \"__metadata__\":{}}   ", 2));
    try (var arena = TensorArena.root("arena", 1024)) {
      assertEquals(List.of("b", "a", "e"), List.copyOf(Safetensors.read(path, arena).tensors().keySet()));
    }
    Files.write(path, file("{}", 0));
    try (var arena = TensorArena.root("arena", 0)) {
      assertTrue(Safetensors.read(path, arena).tensors().isEmpty());
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      {'t':{'dtype':'U8','shape':[2],'data_offsets':[0,1]}} | 1 | data_offsets 2 bytes apart for tensor `t` of type u8[2]
      {'t':{'dtype':'U8','shape':[1],'data_offsets':[1,0]}} | 1 | data_offsets 1 bytes apart for tensor `t`
      {'t':{'dtype':'U8','shape':[1],'data_offsets':[1,2]}} | 2 | tensor `t` to begin at data byte 0
      {'t':{'dtype':'U8','shape':[1],'data_offsets':[0,1]}} | 2 | 1 bytes of data, where the last tensor ends
      {'t':{'dtype':'U8','shape':[9],'data_offsets':[0,9]}} | 2 | 9 bytes of data, where the last tensor ends
      {'t':{'dtype':'U16','shape':[1],'data_offsets':[0,2]}} | 2 | a dtype that Gatun reads in tensor `t`
      {'t':{'dtype':'f32','shape':[1],'data_offsets':[0,4]}} | 4 | a dtype that Gatun reads in tensor `t`
      {'t':{'dtype':'U8','shape':[-1],'data_offsets':[0,1]}} | 1 | a whole number from 0 to 2^63 - 1 at character 28
      {'t':{'dtype':'U8','shape':[1.0],'data_offsets':[0,1]}} | 1 | `]` at character 29
      {'t':{'dtype':'U8','shape':[01],'data_offsets':[0,1]}} | 1 | a whole number
      {'t':{'dtype':'U8','shape':[9223372036854775808],'data_offsets':[0,1]}} | 1 | a whole number
      {'t':{'dtype':'U8','shape':[4294967296,4294967296],'data_offsets':[0,1]}} | 1 | a shape that Gatun holds in tensor `t`
      {'t':{'dtype':'F64','shape':[2305843009213693952],'data_offsets':[0,1]}} | 1 | a shape that Gatun holds in tensor `t`
      {'t':{'dtype':'U8','shape':[1],'data_offsets':[0,1,2]}} | 1 | at most 2 numbers
      {'t':{'dtype':'U8','shape':[1],'data_offsets':[0]}} | 1 | dtype, shape and two data_offsets
      {'t':{'dtype':'U8','shape':[1]}} | 1 | dtype, shape and two data_offsets
      {'t':{'dtype':'U8','shape':[1],'shape':[1],'data_offsets':[0,1]}} | 1 | dtype, shape and data_offsets once each
      {'t':{'dtype':'U8','shape':[1],'data_offsets':[0,1],'more':1}} | 1 | dtype, shape and data_offsets once each
      {'t':{'dtype':'U8','shape':[0],'data_offsets':[0,0]},'t':{'dtype':'U8','shape':[0],'data_offsets':[0,0]}} | 0 | each name once
      {'a':{'dtype':'U8','shape':[2],'data_offsets':[0,2]},'b':{'dtype':'U8','shape':[2],'data_offsets':[1,3]}} | 3 | tensor `b` to begin at data byte 2
      {'__metadata__':{'a':'1','a':'2'}} | 0 | each key once in the metadata
      {'__metadata__':{},'__metadata__':{}} | 0 | each name once in the header
      {'__metadata__':{'a':1}} | 0 | `"`
      {'t':{}} | 0 | `"`
      {'t':[]} | 0 | `{`
      {'t':null} | 0 | `{`
      {'a':{'dtype':'U8','shape':[0],'data_offsets':[0,0]},} | 0 | `"`
      {} x | 0 | the end of the header
      { | 0 | `"`
      {'t | 0 | the rest of a string
      {'\\x':{}} | 0 | one of "\\/bfnrtu after a backslash
      {'\\u12g4':{}} | 0 | a hexadecimal digit
      {'\\ud800':{}} | 0 | no half of a surrogate pair
      {'\\udc00\\ud800':{}} | 0 | no half of a surrogate pair
      """)
  void badHeadersAreRefused(String header, int dataBytes, String expected) throws IOException {
    var refusal = refusal(file(header.replace('\'', '"'), dataBytes));
    assertTrue(refusal.contains(expected), refusal);
  }

  @Test
  void badFramesAreRefused() throws IOException {
    assertTrue(refusal(new byte[0]).startsWith("expected the header's length of 8 bytes"));
    assertTrue(refusal(new byte[7]).startsWith("expected the header's length of 8 bytes"));
    assertEquals("expected a header that starts with `{`, found no header", refusal(new byte[8]));
    assertEquals("expected a header that starts with `{`, found byte 32", refusal(file(" {}", 0)));
    assertTrue(refusal(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1}).endsWith("found a length of 18446744073709551615 bytes"));
    assertTrue(refusal(new byte[] {1, 0, 0, 1, 0, 0, 0, 0}).startsWith("expected a header of at most 16.0 MiB"));
    assertTrue(refusal(new byte[] {100, 0, 0, 0, 0, 0, 0, 0, '{'}).startsWith("expected a header of 100 bytes"));
    var notUtf8 = file("{\"?\":1}", 0);
    notUtf8[10] = (byte) 0xC0;
    assertTrue(refusal(notUtf8).startsWith("expected a header in UTF-8"));
    var truth = file("{\"t\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1);
    truth[truth.length - 1] = 2;
    assertEquals("expected truth values 0 and 1 in tensor `t`, found byte 2", refusal(truth));
    var axes = new ArrayList<String>();
    for (int i = 0; i <= Shape.MAX_RANK; i++) {
      axes.add("1");
    }
    assertTrue(refusal(file("{\"t\":{\"dtype\":\"U8\",\"shape\":" + axes + ",\"data_offsets\":[0,1]}}", 1))
        .startsWith("expected at most 64 numbers"));
    refusal(file("{\"" + "[".repeat(100_000), 0));
    refusal(file("{\"t\":" + "[".repeat(100_000), 0));
  }
}
