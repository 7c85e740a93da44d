/** `GET /v1/models` and `GET /v1/models/{id}`. */
export interface ListedModel {
  readonly id: string;
  /** Unix seconds. */
  readonly created: number;
  readonly ownedBy: string;
}

export function encodeModels(models: readonly ListedModel[]): string {
  return JSON.stringify({ object: "list", data: models.map(wireModel) });
}

export function encodeModel(model: ListedModel): string {
  return JSON.stringify(wireModel(model));
}

function wireModel({ id, created, ownedBy }: ListedModel) {
  return { id, object: "model", created, owned_by: ownedBy };
}
