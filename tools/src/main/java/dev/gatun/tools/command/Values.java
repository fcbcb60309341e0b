package dev.gatun.tools.command;

import dev.gatun.memory.DType;
import dev.gatun.memory.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** How a tensor's numbers are shown. */
final class Values {
  private static final int SHOWN = 10;

  private Values() {}

  /** The first numbers, and which is the largest if there is one row of floats. */
  static String text(Tensor tensor) {
    double[] values = tensor.toDoubles();
    var shown = IntStream.range(0, Math.min(values.length, SHOWN))
        .mapToObj(i -> tensor.dtype().isFloat() ? String.format(Locale.ROOT, "%.4f", values[i])
            : Long.toString((long) values[i])).collect(Collectors.joining(" "));
    var more = values.length > SHOWN ? " … (" + values.length + " numbers; --out DIR writes all)" : "";
    boolean row = values.length > 1 && tensor.dtype().isFloat()
        && tensor.shape().size(-1) == values.length;
    return shown + more + (row ? "; the largest is number " + largest(values) : "");
  }

  private static int largest(double[] values) {
    return IntStream.range(0, values.length).reduce((a, b) -> values[b] > values[a] ? b : a).orElseThrow();
  }

  /** Type, shape and all numbers in row-major order. */
  static Map<String, Object> object(Tensor tensor) {
    var object = new LinkedHashMap<String, Object>();
    object.put("dtype", tensor.dtype().label());
    object.put("shape", LongStream.of(tensor.shape().sizes()).boxed().toList());
    List<Number> numbers = new ArrayList<>();
    for (double value : tensor.toDoubles()) {
      numbers.add(tensor.dtype() == DType.F64 ? (Number) value : tensor.dtype().isFloat() ? (Number) (float) value
          : (Number) (long) value);
    }
    object.put("values", numbers);
    return object;
  }
}
