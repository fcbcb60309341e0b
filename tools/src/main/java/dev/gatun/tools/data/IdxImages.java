package dev.gatun.tools.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;

/** Images of 28×28 with labels 0 to 9, in the four IDX files of MNIST and of the sets that took its form. */
final class IdxImages {
  private static final int SIDE = 28;
  private static final int CLASSES = 10;
  private static final int LARGEST = 255;

  private IdxImages() {}

  /** Whether a folder holds the first of the four files, so that it is the one meant. */
  static boolean isIn(Path folder) {
    return Files.exists(file(folder, "train-images-idx3-ubyte"));
  }

  /** Reads the four files of a folder, each plain or with {@code .gz} at the end of its name. */
  static Split load(Path folder) {
    return new Split(part(folder, "train"), part(folder, "t10k"));
  }

  private static ByteDataset part(Path folder, String name) {
    var imageFile = file(folder, name + "-images-idx3-ubyte");
    var labelFile = file(folder, name + "-labels-idx1-ubyte");
    byte[] images = Idx.read(imageFile, SIDE, SIDE);
    byte[] labels = Idx.read(labelFile);
    if (labels.length != images.length / (SIDE * SIDE)) {
      throw new DataException(labelFile, images.length / (SIDE * SIDE) + " labels, as there are images in "
          + imageFile.getFileName(), Integer.toString(labels.length));
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= CLASSES) {
        throw new DataException(labelFile, "labels from 0 to " + (CLASSES - 1), Byte.toUnsignedInt(labels[i])
            + " for sample " + i);
      }
    }
    var fields = new LinkedHashMap<String, ByteDataset.Field>();
    fields.put("image", ByteDataset.Field.scaled(images, LARGEST, 1, SIDE, SIDE));
    fields.put("label", ByteDataset.Field.numbers(labels));
    return new ByteDataset(fields);
  }

  private static Path file(Path folder, String name) {
    var plain = folder.resolve(name);
    return Files.exists(plain) ? plain : folder.resolve(name + ".gz");
  }
}
