/** A message cannot be said, because what its templates ask for is not among its data: `field` names it. */
export class MissingData extends Error {
  override readonly name = 'MissingData';
  readonly field: string;
  constructor(message: string, field: string) {
    super(`The message ${message} asks for ${field}, which is not there.`);
    this.field = field;
  }
}
