/**
 * The mathematics: operations, graphs, expressions, kernel specs and plans as plain data, and the machine interface.
 */
module dev.gatun.ops {
  requires transitive dev.gatun.memory;

  exports dev.gatun.ops;
}
