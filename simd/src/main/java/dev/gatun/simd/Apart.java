package dev.gatun.simd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeTransform;

/**
 * Keeps a method from being compiled into its callers, by its length. HotSpot takes what it has seldom seen for rare,
 * and kernels are rare at first, when their twins serve: compiled into a caller then, a kernel would stay poorly
 * compiled for ever, and the {@link Warmer} would not see it, for it looks at another caller.
 */
final class Apart {
  /** Bytecodes of the longest method that HotSpot compiles into others ({@code FreqInlineSize}). */
  static final int INLINED = 325;

  private Apart() {
  }

  /** Writes as many bytecodes as it takes, to stand where none is reached. */
  static void write(CodeBuilder code) {
    for (int i = 0; i < INLINED; i++) {
      code.nop();
    }
  }

  /** An instance of a hidden copy of a class, all its methods so lengthened: to HotSpot it is another. */
  static <T> T copy(Class<? extends T> type, Class<T> as) {
    try (var bytes = type.getResourceAsStream(type.getSimpleName() + ".class")) {
      return Hidden.instance(lengthen(bytes.readAllBytes()), as);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same class with all its methods so lengthened. */
  static byte[] lengthen(byte[] type) {
    var file = ClassFile.of();
    return file.transformClass(file.parse(type),
        ClassTransform.transformingMethodBodies(CodeTransform.endHandler(Apart::write)));
  }
}
