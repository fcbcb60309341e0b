package dev.gatun.bench.peers;

import dev.gatun.bench.Convolution;
import dev.gatun.bench.Convolution.Part;
import dev.gatun.bench.Peer;
import dev.gatun.bench.Run;
import dev.gatun.bench.Work;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Intel's oneDNN through its C interface (version 3): one primitive for each part of a convolution. */
public final class OneDnn implements Peer {
  // Values of the enumerations in dnnl_types.h.
  private static final int CPU = 1;
  private static final int IN_ORDER = 1;
  private static final int F32 = 3;
  private static final int ANY_LAYOUT = 1;
  private static final int FORWARD_TRAINING = 64;
  private static final int FORWARD_INFERENCE = 96;
  private static final int DIRECT = 1;
  private static final int QUERY_SOURCE = 129;
  private static final int QUERY_SOURCE_GRADIENT = 130;
  private static final int QUERY_WEIGHTS = 131;
  private static final int QUERY_WEIGHTS_GRADIENT = 132;
  private static final int QUERY_RESULT = 133;
  private static final int QUERY_RESULT_GRADIENT = 134;
  private static final int SOURCE = 1;
  private static final int RESULT = 17;
  private static final int WEIGHTS = 33;
  private static final int SOURCE_GRADIENT = 129;
  private static final int RESULT_GRADIENT = 145;
  private static final int WEIGHTS_GRADIENT = 161;
  /** {@code DNNL_MEMORY_ALLOCATE}: the library allocates, aligned as it likes. */
  private static final MemorySegment ALLOCATE = MemorySegment.ofAddress(-1);
  private static final MemorySegment NONE = MemorySegment.NULL;
  /** {@code dnnl_exec_arg_t}: an int, padded, and a pointer. */
  private static final MemoryLayout ARGUMENT = MemoryLayout.structLayout(ValueLayout.JAVA_INT,
      MemoryLayout.paddingLayout(4), ValueLayout.ADDRESS);

  private final Map<String, MethodHandle> functions = new HashMap<>();
  private final Arena arena = Arena.ofShared();
  private Natives library;
  private MemorySegment engine;
  private MemorySegment stream;

  @Override
  public String name() {
    return "oneDNN";
  }

  @Override
  public String settings() {
    return "direct convolution primitives in the layouts that they choose, operands brought there before, memory "
        + "allocated once, GNU OpenMP";
  }

  @Override
  public boolean allocates() {
    return false;
  }

  @Override
  public Run open(Work work, int threads) {
    if (!(work instanceof Convolution convolution)) {
      return null;
    }
    if (library == null) {
      library = Natives.load("org/bytedeco/dnnl/linux-x86_64/", List.of("libgomp.so.1"), List.of(), "libdnnl.so.3");
      engine = created("dnnl_engine_create", CPU, 0L);
      stream = created("dnnl_stream_create", engine, IN_ORDER);
    }
    return new Primitives(convolution);
  }

  /** What a function makes, which it writes to where its first argument points. */
  private MemorySegment created(String function, Object... arguments) {
    var place = arena.allocate(ValueLayout.ADDRESS);
    var all = new ArrayList<Object>(List.of(place));
    all.addAll(List.of(arguments));
    call(function, all.toArray());
    return place.get(ValueLayout.ADDRESS, 0);
  }

  /** Calls a function that returns a status. */
  private void call(String function, Object... arguments) {
    var handle = functions.computeIfAbsent(function, name -> library.function(name, FunctionDescriptor.of(
        ValueLayout.JAVA_INT, layouts(arguments))));
    try {
      int status = (int) handle.invokeWithArguments(arguments);
      if (status != 0) {
        throw new IllegalStateException(function + " gave status " + status);
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(function, e);
    }
  }

  private static MemoryLayout[] layouts(Object[] arguments) {
    var layouts = new MemoryLayout[arguments.length];
    for (int i = 0; i < layouts.length; i++) {
      layouts[i] = switch (arguments[i]) {
        case Integer _ -> ValueLayout.JAVA_INT;
        case Long _ -> ValueLayout.JAVA_LONG;
        default -> ValueLayout.ADDRESS;
      };
    }
    return layouts;
  }

  /** The layout that a primitive wants of an operand. */
  private MemorySegment wanted(MemorySegment primitive, int query) {
    var handle = functions.computeIfAbsent("dnnl_primitive_desc_query_md", name -> library.function(name,
        FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT)));
    try {
      return (MemorySegment) handle.invokeExact(primitive, query, 0);
    } catch (Throwable e) {
      throw new IllegalStateException("dnnl_primitive_desc_query_md", e);
    }
  }

  private MemorySegment numbers(long... values) {
    return arena.allocateFrom(ValueLayout.JAVA_LONG, values);
  }

  /** Sizes and strides of an operand as the work has it. */
  private record Plain(long[] sizes, long[] strides) {
    /** An image, channels last, as (n, c, h, w). */
    static Plain image(long n, long channels, long size) {
      return new Plain(new long[] {n, channels, size, size}, new long[] {size * size * channels, 1, size * channels,
          channels});
    }

    /** Weights, row-major; groups are an axis of their own. */
    static Plain weights(Convolution c) {
      long k = c.kernel();
      long in = c.channels() / c.groups();
      long out = c.filters() / c.groups();
      return c.groups() == 1
          ? new Plain(new long[] {out, in, k, k}, new long[] {in * k * k, k * k, k, 1})
          : new Plain(new long[] {c.groups(), out, in, k, k}, new long[] {out * in * k * k, in * k * k, k * k, k, 1});
    }

    int elements() {
      long elements = 1;
      for (long size : sizes) {
        elements *= size;
      }
      return Math.toIntExact(elements);
    }
  }

  private MemorySegment description(Plain plain) {
    return created("dnnl_memory_desc_create_with_strides", plain.sizes.length, numbers(plain.sizes), F32,
        numbers(plain.strides));
  }

  private MemorySegment anyLayout(Plain plain) {
    return created("dnnl_memory_desc_create_with_tag", plain.sizes.length, numbers(plain.sizes), F32, ANY_LAYOUT);
  }

  /** One primitive with its operands, ready to be executed. */
  private final class Primitive {
    private final MemorySegment primitive;
    private final MemorySegment arguments;
    private final MethodHandle execute;
    private final int count;

    Primitive(MemorySegment description, Object... namesAndMemories) {
      primitive = created("dnnl_primitive_create", description);
      count = namesAndMemories.length / 2;
      arguments = arena.allocate(ARGUMENT, count);
      for (int i = 0; i < count; i++) {
        long at = i * ARGUMENT.byteSize();
        arguments.set(ValueLayout.JAVA_INT, at, (int) namesAndMemories[2 * i]);
        arguments.set(ValueLayout.ADDRESS, at + 8, (MemorySegment) namesAndMemories[2 * i + 1]);
      }
      execute = library.function("dnnl_primitive_execute", FunctionDescriptor.of(ValueLayout.JAVA_INT,
          ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
    }

    void run() {
      try {
        int status = (int) execute.invokeExact(primitive, stream, count, arguments);
        if (status != 0) {
          throw new IllegalStateException("dnnl_primitive_execute gave status " + status);
        }
      } catch (Throwable e) {
        throw new IllegalStateException("dnnl_primitive_execute", e);
      }
    }

    void close() {
      call("dnnl_primitive_destroy", primitive);
    }
  }

  /** The primitives of one piece of work, in order. */
  private final class Primitives implements Run {
    private final List<MemorySegment> memories = new ArrayList<>();
    private final List<Primitive> primitives = new ArrayList<>();
    private final List<Primitive> readers = new ArrayList<>();
    private final List<MemorySegment> results = new ArrayList<>();
    private final Arena own = Arena.ofShared();

    Primitives(Convolution c) {
      var numbers = c.operands();
      var x = Plain.image(c.n(), c.channels(), c.size());
      var w = Plain.weights(c);
      var y = Plain.image(c.n(), c.filters(), c.outSize());
      var strides = numbers(c.stride(), c.stride());
      var dilations = numbers(0, 0);
      var pads = numbers(c.pad(), c.pad());
      long padded = (c.outSize() - 1L) * c.stride() + c.kernel() - c.size() - c.pad();
      var padsAfter = numbers(padded, padded);
      var forward = created("dnnl_convolution_forward_primitive_desc_create", engine,
          c.part() == Part.OUTPUT ? FORWARD_INFERENCE : FORWARD_TRAINING, DIRECT, anyLayout(x), anyLayout(w), NONE,
          anyLayout(y), strides, dilations, pads, padsAfter, NONE);
      if (c.part() == Part.OUTPUT || c.part() == Part.ALL) {
        var result = memory(wanted(forward, QUERY_RESULT));
        primitives.add(new Primitive(forward, SOURCE, brought(numbers.get("x"), x, wanted(forward, QUERY_SOURCE)),
            WEIGHTS, brought(numbers.get("w"), w, wanted(forward, QUERY_WEIGHTS)), RESULT, result));
        read(result, wanted(forward, QUERY_RESULT), y);
      }
      if (c.part() == Part.DATA || c.part() == Part.ALL) {
        var data = created("dnnl_convolution_backward_data_primitive_desc_create", engine, DIRECT, anyLayout(x),
            anyLayout(w), anyLayout(y), strides, dilations, pads, padsAfter, forward, NONE);
        var gradient = memory(wanted(data, QUERY_SOURCE_GRADIENT));
        primitives.add(new Primitive(data, RESULT_GRADIENT, brought(numbers.get("dy"), y, wanted(data,
            QUERY_RESULT_GRADIENT)), WEIGHTS, brought(numbers.get("w"), w, wanted(data, QUERY_WEIGHTS)),
            SOURCE_GRADIENT, gradient));
        read(gradient, wanted(data, QUERY_SOURCE_GRADIENT), x);
      }
      if (c.part() == Part.WEIGHT || c.part() == Part.ALL) {
        var weights = created("dnnl_convolution_backward_weights_primitive_desc_create", engine, DIRECT, anyLayout(x),
            anyLayout(w), NONE, anyLayout(y), strides, dilations, pads, padsAfter, forward, NONE);
        var gradient = memory(wanted(weights, QUERY_WEIGHTS_GRADIENT));
        primitives.add(new Primitive(weights, SOURCE, brought(numbers.get("x"), x, wanted(weights, QUERY_SOURCE)),
            RESULT_GRADIENT, brought(numbers.get("dy"), y, wanted(weights, QUERY_RESULT_GRADIENT)), WEIGHTS_GRADIENT,
            gradient));
        read(gradient, wanted(weights, QUERY_WEIGHTS_GRADIENT), w);
      }
    }

    private MemorySegment memory(MemorySegment description) {
      return memory(description, ALLOCATE);
    }

    private MemorySegment memory(MemorySegment description, MemorySegment place) {
      var memory = created("dnnl_memory_create", description, engine, place);
      memories.add(memory);
      return memory;
    }

    /** An operand in the layout that a primitive wants. */
    private MemorySegment brought(float[] numbers, Plain plain, MemorySegment wanted) {
      var from = memory(description(plain), Natives.copy(own, numbers));
      var to = memory(wanted);
      var reorder = new Primitive(created("dnnl_reorder_primitive_desc_create", description(plain), engine, wanted,
          engine, NONE), SOURCE, from, RESULT, to);
      reorder.run();
      call("dnnl_stream_wait", stream);
      reorder.close();
      return to;
    }

    /** Makes ready to bring a result into the layout of the work. */
    private void read(MemorySegment from, MemorySegment layout, Plain plain) {
      var place = Natives.floats(own, plain.elements());
      results.add(place);
      readers.add(new Primitive(created("dnnl_reorder_primitive_desc_create", layout, engine, description(plain),
          engine, NONE), SOURCE, from, RESULT, memory(description(plain), place)));
    }

    @Override
    public void run() {
      for (int i = 0; i < primitives.size(); i++) {
        primitives.get(i).run();
      }
      call("dnnl_stream_wait", stream);
    }

    @Override
    public List<double[]> results() {
      readers.forEach(Primitive::run);
      call("dnnl_stream_wait", stream);
      return results.stream().map(Natives::doubles).toList();
    }

    @Override
    public void close() {
      primitives.forEach(Primitive::close);
      readers.forEach(Primitive::close);
      memories.forEach(memory -> call("dnnl_memory_destroy", memory));
      own.close();
    }
  }
}
