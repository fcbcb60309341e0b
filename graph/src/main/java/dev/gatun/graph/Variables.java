package dev.gatun.graph;

import dev.gatun.memory.Tensor;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Plan;
import dev.gatun.ops.TensorType;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Named tensors in one memory of a machine: a model's parameters and states, or a session's caches. Shared by all plans
 * that are made for it; whoever writes while a plan runs must order the two.
 */
public final class Variables {
  private final Backend machine;
  private final TensorArena arena;
  private final Backend.Slab slab;
  private final Map<String, TensorType> types;
  private final Map<String, Long> offsets;
  private final AtomicLong changes = new AtomicLong();
  private final Map<Plan, Prepared> prepared = new HashMap<>();

  /**
   * Memory for tensors of these types, zeroed.
   *
   * @param arena owns the memory
   */
  public Variables(Backend machine, TensorArena arena, Map<String, TensorType> types) {
    this.machine = machine;
    this.arena = arena;
    this.types = Collections.unmodifiableMap(new LinkedHashMap<>(types));
    this.offsets = offsets(this.types);
    slab = machine.allocate(arena, bytes(this.types));
  }

  /** The memory that tensors of these types take together. */
  public static long bytes(Map<String, TensorType> types) {
    return types.values().stream().mapToLong(Variables::place).sum();
  }

  /** Where tensors of these types start, in bytes: one after the other. */
  public static Map<String, Long> offsets(Map<String, TensorType> types) {
    var offsets = new LinkedHashMap<String, Long>();
    long bytes = 0;
    for (var entry : types.entrySet()) {
      offsets.put(entry.getKey(), bytes);
      bytes += place(entry.getValue());
    }
    return Collections.unmodifiableMap(offsets);
  }

  private static long place(TensorType type) {
    return TensorArena.aligned(type.bytes());
  }

  /** The machine whose memory it is. */
  public Backend machine() {
    return machine;
  }

  /** The tensors' types by name. */
  public Map<String, TensorType> types() {
    return types;
  }

  /** Where each tensor starts, in bytes; what the planner needs. */
  public Map<String, Long> offsets() {
    return offsets;
  }

  Backend.Slab slab() {
    return slab;
  }

  /** How often they may have changed. */
  long changes() {
    return changes.get();
  }

  /** Says that they may have changed. */
  void changed() {
    changes.incrementAndGet();
  }

  /**
   * What a plan prepares of them, in memory that all who load that plan share, until the last of them releases it.
   */
  Prepared prepared(Plan preparation) {
    synchronized (prepared) {
      var shared = prepared.computeIfAbsent(preparation,
          plan -> new Prepared(this, arena.child("prepared weights"), plan.bytes(Plan.Place.PREPARED)));
      shared.acquire();
      return shared;
    }
  }

  /** Says that one reader less needs it. */
  void release(Prepared shared) {
    synchronized (prepared) {
      if (shared.dropped()) {
        prepared.values().remove(shared);
      }
    }
  }

  TensorArena arena() {
    return arena;
  }

  private TensorType type(String name) {
    var type = types.get(name);
    if (type == null) {
      throw new IllegalArgumentException("no variable is called " + name);
    }
    return type;
  }

  /** Copies a contiguous tensor of the variable's type in. */
  public void write(String name, Tensor value) {
    Tensors.check(name, type(name), value);
    slab.upload(offsets.get(name), value.segment());
    changed();
  }

  /** Writes row-major values, rounded to the variable's dtype. */
  void write(String name, double[] values) {
    var type = type(name);
    try (var scratch = arena.child("initial values")) {
      var tensor = scratch.allocate(type.dtype(), type.shape());
      tensor.setDoubles(values);
      write(name, tensor);
    }
  }

  /** Copies a variable into a contiguous tensor of its type. */
  public void read(String name, Tensor into) {
    Tensors.check(name, type(name), into);
    slab.download(offsets.get(name), into.segment());
  }

  /** A variable, to be read: where it lies if the host can address that, or else a copy in {@code copies}. */
  Tensor tensor(String name, TensorArena copies) {
    var type = type(name);
    if (slab.host() != null) {
      return arena.tensor(slab.host().asSlice(offsets.get(name), type.bytes()).asReadOnly(), type.dtype(),
          type.shape());
    }
    var copy = copies.allocate(type.dtype(), type.shape());
    read(name, copy);
    return copy;
  }

  /**
   * All variables, to be read: where they lie if the host can address that, or else copies in {@code copies}. They are
   * written by {@link #write(String, Tensor)}, so that machines notice which hold packed copies.
   */
  public Map<String, Tensor> tensors(TensorArena copies) {
    var all = new LinkedHashMap<String, Tensor>();
    types.keySet().forEach(name -> all.put(name, tensor(name, copies)));
    return all;
  }
}
