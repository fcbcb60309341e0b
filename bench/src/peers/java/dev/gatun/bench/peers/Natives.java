package dev.gatun.bench.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** Functions of a C library that a jar on the class path carries. */
@SuppressWarnings("restricted")
final class Natives {
  private static final int ALIGNMENT = 64;

  private final SymbolLookup library;

  private Natives(SymbolLookup library) {
    this.library = library;
  }

  /**
   * Loads a library.
   *
   * @param folder where the jar has it
   * @param needed what must be loaded before it, in this order
   * @param beside what it loads by itself from its own folder
   */
  static Natives load(String folder, List<String> needed, List<String> beside, String library) {
    var unpacked = place().resolve(folder.replace('/', '-'));
    needed.forEach(file -> {
      unpack(folder + file, unpacked.resolve(file));
      SymbolLookup.libraryLookup(unpacked.resolve(file), Arena.global());
    });
    beside.forEach(file -> unpack(folder + file, unpacked.resolve(file)));
    unpack(folder + library, unpacked.resolve(library));
    return new Natives(SymbolLookup.libraryLookup(unpacked.resolve(library), Arena.global()));
  }

  /** A folder for native libraries. */
  static Path place() {
    return Path.of(System.getProperty("java.io.tmpdir"), "gatun-peers");
  }

  /** Copies a file out of a jar on the class path, once; what the jar does not have is left out. */
  private static void unpack(String from, Path to) {
    try (var bytes = Natives.class.getClassLoader().getResourceAsStream(from)) {
      if (bytes == null || Files.exists(to)) {
        return;
      }
      Files.createDirectories(to.getParent());
      var part = Files.createTempFile(to.getParent(), "native", ".part");
      Files.copy(bytes, part, StandardCopyOption.REPLACE_EXISTING);
      Files.move(part, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  MethodHandle function(String name, FunctionDescriptor type) {
    var address = library.find(name).orElseThrow(() -> new IllegalStateException("no function " + name));
    return Linker.nativeLinker().downcallHandle(address, type);
  }

  /** Calls a function of one int that returns nothing. */
  void set(String name, int argument) {
    try {
      function(name, FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT)).invokeExact(argument);
    } catch (Throwable e) {
      throw new IllegalStateException(name, e);
    }
  }

  /** Memory with such numbers in it. */
  static MemorySegment copy(Arena arena, float[] numbers) {
    var memory = floats(arena, numbers.length);
    MemorySegment.copy(numbers, 0, memory, ValueLayout.JAVA_FLOAT, 0, numbers.length);
    return memory;
  }

  /** Memory for so many numbers. */
  static MemorySegment floats(Arena arena, long count) {
    return arena.allocate(count * Float.BYTES, ALIGNMENT);
  }

  /** The numbers in memory. */
  static double[] doubles(MemorySegment memory) {
    return doubles(memory.toArray(ValueLayout.JAVA_FLOAT));
  }

  static double[] doubles(float[] numbers) {
    var doubles = new double[numbers.length];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = numbers[i];
    }
    return doubles;
  }
}
