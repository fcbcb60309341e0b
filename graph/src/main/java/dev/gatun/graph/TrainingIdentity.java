package dev.gatun.graph;

import dev.gatun.memory.Shape;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.TensorType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

/**
 * What decides the bits of training beside the model's text, as words by setting: a file may be resumed by a training
 * of the same words alone. The length belongs to it only where a schedule depends on it; otherwise training may be made
 * longer.
 */
final class TrainingIdentity {
  /** Most samples that are looked at to know a data set again: so that it takes no time, however large the set. */
  private static final int SAMPLES = 1024;

  private TrainingIdentity() {}

  static Map<String, String> of(Trainer trainer) {
    var settings = trainer.settings();
    var words = new LinkedHashMap<String, String>();
    words.put("model", trainer.model().name());
    words.put("constants", trainer.model().program().constants().entrySet().stream()
        .map(constant -> constant.getKey() + " = " + constant.getValue()).collect(Collectors.joining(", ")));
    words.put("seed", Long.toString(settings.seed()));
    words.put("batch", Integer.toString(settings.batch()));
    words.put("data", trainer.dataWords());
    words.put("optimizer", settings.optimizers().stream()
        .map(one -> (one.pattern().equals("*") ? "" : "\"" + one.pattern() + "\" = ") + one.optimizer())
        .collect(Collectors.joining("; ")));
    var shaping = settings.shaping();
    words.put("clip_norm", Double.toString(shaping.clipNorm()));
    words.put("l2", words(shaping.l2()));
    // Not named where they are not used, as before there were any.
    if (shaping.accumulate() > 1) {
      words.put("accumulate", Integer.toString(shaping.accumulate()));
    }
    if (shaping.clipValue() > 0) {
      words.put("clip_value", Double.toString(shaping.clipValue()));
    }
    if (!shaping.l1().isEmpty()) {
      words.put("l1", words(shaping.l1()));
    }
    if (!shaping.clipWeights().isEmpty()) {
      words.put("clip_weights", words(shaping.clipWeights()));
    }
    if (shaping.average() > 0) {
      words.put("average", Double.toString(shaping.average()));
    }
    words.put("freeze", String.join(", ", settings.frozen()));
    if (settings.optimizers().stream().anyMatch(one -> one.optimizer().rate().dependsOnTotal())) {
      long epochs = trainer.totalSteps() / trainer.stepsPerEpoch();
      words.put("length", trainer.totalSteps() % trainer.stepsPerEpoch() == 0 ? epochs + " epochs"
          : trainer.totalSteps() + " steps");
    }
    words.replaceAll((_, value) -> value.isEmpty() ? "none" : value);
    return words;
  }

  private static String words(List<Settings.Factor> factors) {
    return factors.stream().map(f -> "\"" + f.pattern() + "\" = " + f.value()).collect(Collectors.joining("; "));
  }

  /** The size and types of a data set, and a checksum of at most {@link #SAMPLES} samples, spread evenly. */
  static String words(Dataset data, TensorArena scratch) {
    int step = Math.ceilDiv(data.size(), SAMPLES);
    var rows = new int[Math.ceilDiv(data.size(), step)];
    java.util.Arrays.setAll(rows, i -> i * step);
    var sum = new CRC32C();
    data.fields().entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(field -> {
      var type = field.getValue();
      try (var own = scratch.child("sample")) {
        var sample = own.allocate(type.dtype(), batchOfOne(type));
        for (int i = 0; i < rows.length; i++) {
          data.copy(field.getKey(), rows, i, 1, sample);
          sum.update(sample.segment().asByteBuffer());
        }
      }
    });
    return data.size() + " samples of " + data.fields().entrySet().stream().sorted(Map.Entry.comparingByKey())
        .map(field -> field.getKey() + ": " + field.getValue()).collect(Collectors.joining(", "))
        + " with checksum " + Long.toHexString(sum.getValue());
  }

  private static Shape batchOfOne(TensorType type) {
    var sizes = new long[type.shape().rank() + 1];
    sizes[0] = 1;
    System.arraycopy(type.shape().sizes(), 0, sizes, 1, sizes.length - 1);
    return Shape.of(sizes);
  }
}
