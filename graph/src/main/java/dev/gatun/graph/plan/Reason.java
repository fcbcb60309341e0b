package dev.gatun.graph.plan;

import java.util.function.UnaryOperator;

/**
 * Why a part of a plan is as it is.
 *
 * @param origin the place in the model, empty if there is none
 * @param kernel what stands there, in short
 * @param other another kernel that it is about, or empty; {@code otherOrigin} its place
 * @param text what was decided and why; {@code %s} stands for the other kernel
 */
public record Reason(String origin, String kernel, String other, String otherOrigin, String text) {
  /** The text with the other kernel and its place. */
  public String sentence() {
    return sentence(place -> place.isEmpty() ? "" : " at " + place);
  }

  /** The same with the other kernel's place as {@code at} puts it behind a name. */
  public String sentence(UnaryOperator<String> at) {
    return text.replace("%s", other + at.apply(otherOrigin));
  }
}
