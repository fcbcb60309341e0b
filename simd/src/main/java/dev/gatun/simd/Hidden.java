package dev.gatun.simd;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** Hidden classes of this package: what is generated, and copies of what is written. */
final class Hidden {
  private Hidden() {
  }

  /** An instance of a class, which has a constructor without parameters, in a hidden class of its own. */
  static <T> T instance(byte[] type, Class<T> as) {
    try {
      var lookup = MethodHandles.lookup().defineHiddenClass(type, true);
      return as.cast(lookup.findConstructor(lookup.lookupClass(), MethodType.methodType(void.class)).invoke());
    } catch (Throwable e) {
      throw new IllegalStateException("cannot make an instance of a generated " + as.getSimpleName(), e);
    }
  }
}
