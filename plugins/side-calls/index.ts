export { type EmbedOptions, fetchEmbeddings, type TextToEmbed } from "./embeddings";
export { ModelCalls, type SideCallOptions, type SideCalls, textOf } from "./side-calls";
