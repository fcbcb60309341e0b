/** The model language, autodiff, passes, planner and session. Finds a machine by service lookup and names none. */
module dev.gatun.graph {
  requires transitive dev.gatun.ops;

  exports dev.gatun.graph;
  exports dev.gatun.graph.language;
  exports dev.gatun.graph.plan;

  uses dev.gatun.ops.Backend;
}
