package dev.gatun.graph;

import java.util.LinkedHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Values by key, at most so many: where they are full, a new one takes the place of that which was asked for longest
 * ago. One caller at a time.
 */
final class Recent<K, V> {
  private final int most;
  private final Consumer<V> drop;
  private final LinkedHashMap<K, V> values = new LinkedHashMap<>(16, 0.75f, true);

  /** @param drop is given what loses its place, before the new one is made */
  Recent(int most, Consumer<V> drop) {
    this.most = most;
    this.drop = drop;
  }

  /** The value of a key, made if there is none. */
  V get(K key, Supplier<V> make) {
    var known = values.get(key);
    if (known != null) {
      return known;
    }
    if (values.size() == most) {
      drop.accept(values.pollFirstEntry().getValue());
    }
    var made = make.get();
    values.put(key, made);
    return made;
  }

  /** Forgets a value, if it is this one's that the key has; it is not dropped. */
  void forget(K key, V value) {
    values.remove(key, value);
  }
}
