package dev.gatun.tools.zoo;

import dev.gatun.graph.Dataset;
import dev.gatun.graph.Model;
import dev.gatun.graph.language.Program;
import dev.gatun.graph.language.Source;
import dev.gatun.memory.Tensor;
import dev.gatun.ops.TensorType;
import dev.gatun.tools.data.ByteDataset;
import dev.gatun.tools.data.DataFolders;
import dev.gatun.tools.data.DataSets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Models of the zoo made small enough for a short test, and a few samples for them. */
final class ZooSamples {
  /** Constants that make the larger models small. */
  private static final Map<String, Map<String, String>> SMALLER = Map.of("resnet-small", Map.of("width", "8"),
      "gpt-char", Map.of("width", "32", "depth", "2", "rate", "0.0"));

  private ZooSamples() {}

  /** The first samples of a data set. */
  private record First(Dataset of, int size) implements Dataset {
    @Override
    public Map<String, TensorType> fields() {
      return of.fields();
    }

    @Override
    public void copy(String field, int[] rows, int from, int count, Tensor into) {
      of.copy(field, rows, from, count, into);
    }
  }

  static Model model(Zoo.Entry entry) {
    return Model.of(Program.of(new Source(entry.name(), entry.text()), SMALLER.getOrDefault(entry.name(), Map.of())));
  }

  /** Samples of the model's data set; noise with labels where that set is in files, which may be absent. */
  static Dataset of(Zoo.Entry entry, int count) {
    if (entry.dataSet().endsWith("mnist")) {
      return noise(count, 1, 28);
    }
    var split = DataSets.find(entry.dataSet()).load(new DataFolders(null, null), Map.of());
    return new First(split.train(), count);
  }

  /** Images of noise with labels from 0 to 9. */
  static Dataset noise(int count, int channels, int side) {
    var random = new Random(7);
    byte[] images = new byte[count * channels * side * side];
    random.nextBytes(images);
    byte[] labels = new byte[count];
    for (int i = 0; i < count; i++) {
      labels[i] = (byte) random.nextInt(10);
    }
    var fields = new LinkedHashMap<String, ByteDataset.Field>();
    fields.put("image", ByteDataset.Field.scaled(images, 255, channels, side, side));
    fields.put("label", ByteDataset.Field.numbers(labels));
    return new ByteDataset(fields);
  }
}
