package dev.gatun.graph.language;

import java.util.HashMap;
import java.util.Map;

/** One call of a block: its path, the ordinals of the calls inside it, and whether state may be updated there. */
final class Frame {

  private final String path;
  private final CallSites sites;
  private final Map<String, Integer> ordinals = new HashMap<>();

  /** @param path with which the names of its parameters begin; empty for the model */
  Frame(String path, CallSites sites) {
    this.path = path;
    this.sites = sites;
  }

  /** The full name of a parameter or shared layer declared here. */
  String path(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  String path() {
    return path;
  }

  /** The path of a layer called from here: the name its statement binds, and the callee with its ordinal. */
  String layer(Syntax call, String callee) {
    String owner = sites.owner(call);
    return sites.single(owner) ? path(owner) : numbered(owner, callee);
  }

  /** The path of a random op called from here; its callee is never left out. */
  String draw(Syntax call, String callee) {
    return numbered(sites.owner(call), callee);
  }

  private String numbered(String owner, String callee) {
    String prefix = owner.isEmpty() ? callee : owner + "." + callee;
    return path(prefix + ordinals.merge(prefix, 1, Integer::sum));
  }
}
