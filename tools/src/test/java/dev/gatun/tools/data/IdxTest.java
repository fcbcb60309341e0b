package dev.gatun.tools.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxTest {
  @TempDir
  private Path folder;

  private void expect(String message, String name, byte[] content, int... sizes) throws IOException {
    var file = Files.write(folder.resolve(name), content);
    var fault = assertThrows(DataException.class, () -> Idx.read(file, sizes));
    assertEquals(file + ": " + message, fault.getMessage());
  }

  @Test
  void readsPlainAndPackedFiles() throws IOException {
    var plain = IdxFiles.idx(12, 3, 2, 2);
    assertEquals(12, Idx.read(Files.write(folder.resolve("a"), plain), 2, 2).length);
    assertEquals(12, Idx.read(Files.write(folder.resolve("a.gz"), IdxFiles.gzip(plain)), 2, 2).length);
    assertEquals(3_000_000, Idx.read(Files.write(folder.resolve("b"), IdxFiles.idx(3_000_000, 3_000_000))).length);
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    var good = IdxFiles.idx(12, 3, 2, 2);
    expect("expected 12 bytes of data, as its header says, found 9 (is the file cut short?)", "short",
        Arrays.copyOf(good, good.length - 3), 2, 2);
    expect("expected 12 bytes of data, as its header says, found more", "long", Arrays.copyOf(good, good.length + 1), 2,
        2);
    expect("expected the size of every axis, found the end of the file", "header", Arrays.copyOf(good, 10), 2, 2);
    expect("expected an IDX file of unsigned bytes with 3 axes (00 00 08 03 at the start), found 00 00 08 01", "labels",
        IdxFiles.idx(3, 3), 2, 2);
    expect("expected an IDX file of unsigned bytes with 1 axes (00 00 08 01 at the start), found an empty file",
        "empty", new byte[0]);
    expect("expected samples of 2×2, found size 3 on axis 2", "sizes", IdxFiles.idx(6, 1, 2, 3), 2, 2);
    expect("expected from 1 to 25000000 samples, found a header that says 0", "none", IdxFiles.idx(0, 0, 2, 2), 2, 2);
    expect("expected from 1 to 25000000 samples, found a header that says 4294967295", "huge",
        IdxFiles.idx(0, -1, 2, 2), 2, 2);
  }

  @Test
  void saysWhatIsWrongWithPackedFiles() throws IOException {
    var packed = IdxFiles.gzip(IdxFiles.idx(1200, 300, 2, 2));
    expect("expected a whole gzip file, found one that is cut short", "short.gz", Arrays.copyOf(packed, 30), 2, 2);
    expect("expected a gzip file, found damaged data (Not in GZIP format)", "plain.gz", IdxFiles.idx(12, 3, 2, 2), 2,
        2);
  }

  @Test
  void aFileThatIsNotThereOrNoFile() {
    var missing = assertThrows(DataException.class, () -> Idx.read(folder.resolve("nothing")));
    assertEquals(folder.resolve("nothing") + ": expected a file, found nothing", missing.getMessage());
    var directory = assertThrows(DataException.class, () -> Idx.read(folder));
    assertEquals(folder + ": expected a file, found something else", directory.getMessage());
  }

  @Test
  void whatUnpacksToMoreThanItsHeaderSaysIsNotUnpacked() throws IOException {
    var bomb = new byte[200_000_000];
    System.arraycopy(IdxFiles.idx(0, 3, 2, 2), 0, bomb, 0, 16);
    var file = Files.write(folder.resolve("bomb.gz"), IdxFiles.gzip(bomb));
    long start = System.nanoTime();
    var fault = assertThrows(DataException.class, () -> Idx.read(file, 2, 2));
    assertEquals(file + ": expected 12 bytes of data, as its header says, found more", fault.getMessage());
    assertTrue(System.nanoTime() - start < 100_000_000, "reading stops at the header's size");
  }

  @Test
  void theFourFilesMakeADataSet() throws IOException {
    IdxFiles.write(folder, 20, 10);
    var split = DataSets.find("mnist").load(new DataFolders(folder, null), Map.of());
    assertEquals(20, split.train().size());
    assertEquals(10, split.test().size());
    assertEquals("{image=f32[1, 28, 28], label=i32[]}", split.test().fields().toString());
  }

  @Test
  void aFolderNamedAfterTheSetServesToo() throws IOException {
    IdxFiles.write(Files.createDirectory(folder.resolve("mnist")), 20, 10);
    assertEquals(20, DataSets.find("mnist").load(new DataFolders(folder, null), Map.of()).train().size());
    assertEquals(20, DataSets.find("mnist").load(new DataFolders(null, folder.toString()), Map.of()).train().size());
  }

  @Test
  void labelsAreCounted() throws IOException {
    IdxFiles.write(folder, 20, 10);
    var labels = Files.write(folder.resolve("t10k-labels-idx1-ubyte"), IdxFiles.idx(9, 9));
    var fault = assertThrows(DataException.class, () -> IdxImages.load(folder));
    assertEquals(labels + ": expected 10 labels, as there are images in t10k-images-idx3-ubyte.gz, found 9",
        fault.getMessage());
  }

  @Test
  void labelsStayInTheirRange() throws IOException {
    IdxFiles.write(folder, 20, 10);
    var bytes = IdxFiles.idx(10, 10);
    bytes[bytes.length - 2] = (byte) 200;
    var labels = Files.write(folder.resolve("t10k-labels-idx1-ubyte"), bytes);
    var fault = assertThrows(DataException.class, () -> IdxImages.load(folder));
    assertEquals(labels + ": expected labels from 0 to 9, found 200 for sample 8", fault.getMessage());
  }

  @Test
  void aMissingSetNamesItsRemedy() {
    var fault = assertThrows(DataException.class,
        () -> DataSets.find("fashion-mnist").load(new DataFolders(folder, null), Map.of()));
    assertEquals("fashion-mnist was not found in " + folder + " or " + folder.resolve("fashion-mnist")
        + ": install it with `apt-get install dataset-fashion-mnist`, or name its folder with --data-dir",
        fault.getMessage());
  }
}
