/** Tensors over off-heap memory, arenas with a budget, tensor files. Depends on the JDK alone. */
module dev.gatun.memory {
  exports dev.gatun.memory;
}
