/* The features in the data of a stand-alone page. */

import { unpack } from "./packed_features.ts";
import { embedded } from "./store.ts";
import type { EmbeddedFeature, LayerName, LayerProps } from "./types.ts";

type Unpacked = { [Name in LayerName]?: EmbeddedFeature<LayerProps[Name]>[] };

const unpacked: Unpacked = {};

/** Returns the embedded features of a layer. */
export function embeddedFeatures<Name extends LayerName>(name: Name): EmbeddedFeature<LayerProps[Name]>[] {
  const cached: Unpacked[Name] = unpacked[name];
  if (cached) return cached;
  const packed = embedded?.[name];
  const features = packed ? unpack<LayerProps[Name]>(packed) : [];
  const entry: { [key in Name]?: EmbeddedFeature<LayerProps[Name]>[] } = unpacked;
  entry[name] = features;
  return features;
}
