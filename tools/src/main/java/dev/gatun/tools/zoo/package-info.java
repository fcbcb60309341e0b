/**
 * The models that ship with Gatun: files in the model language, each with a recipe, to run and to copy from.
 *
 * <p><b>What it guarantees.</b> Every model of the zoo parses, is laid out as the formatter would, and trains.
 */
package dev.gatun.tools.zoo;
