/** Of characters that nobody writes: Unicode leaves them to private use. */
const wordOf = (place: number) => `\ue000${place}\ue001`;

/** Liquid's tags as words without a mark, so that neither MJML nor the making of a text takes a `<` in them for HTML. */
export class HiddenLiquid {
  readonly #tags: string[] = [];

  hide(template: string): string {
    const hidden = template.replaceAll(/\{\{[^]*?\}\}|\{%[^]*?%\}/g, (tag) => {
      this.#tags.push(tag);
      // As many lines as the tag has, so that a fault is named by the right one.
      return `${wordOf(this.#tags.length - 1)}${'\n'.repeat(tag.split('\n').length - 1)}`;
    });
    // `<td{% if wide %} colspan="2"{% endif %}>`: the word must not become a part of the element's name.
    return hidden.replaceAll(/(<[a-z][a-z0-9-]*?)(?=\ue000)/gi, '$1 ');
  }

  /**
   * Looks at what becomes part of an address (`href`, `src`): what stands at its beginning is to be one, and what
   * stands in its query is spelt as queries are, unless its author has seen to that.
   */
  guardAddresses(hidden: string): string {
    return hidden.replaceAll(
      /(\s(?:href|src|background)=")([^"]*)(?=")/g,
      (_, start: string, value: string) => {
        let before = '';
        const guarded = value.replaceAll(/\ue000(\d+)\ue001|[^\ue000]+/g, (part, place?: string) => {
          if (place !== undefined) return this.#guarded(part, Number(place), before);
          before += part;
          return part;
        });
        return start + guarded;
      },
    );
  }

  #guarded(word: string, place: number, before: string): string {
    const tag = this.#tags[place]!;
    if (!tag.startsWith('{{') || /\|\s*(url_encode|cgi_escape|uri_escape)\b/.test(tag)) return word;
    const filter = before.trim() === '' ? 'as_address' : /[?#]/.test(before) ? 'as_query' : null;
    if (filter === null) return word;
    this.#tags.push(tag.replace(/\s*(-?\}\})$/, ` | ${filter} $1`));
    return wordOf(this.#tags.length - 1);
  }

  show(hidden: string): string {
    return hidden.replaceAll(/\ue000(\d+)\ue001\n*/g, (whole, place: string) => {
      const tag = this.#tags[Number(place)]!;
      const inner = tag.split('\n').length - 1;
      return tag + whole.slice(whole.indexOf('\ue001') + 1 + inner);
    });
  }

  /**
   * Without the space that tags trim around them. In a text it is blocks that break lines, and those that a tag would
   * draw together once it is shown stay apart.
   */
  trim(hidden: string): string {
    const tagOf = (place: string) => this.#tags[Number(place)]!;
    return hidden
      .replaceAll(/\s*\ue000(\d+)\ue001/g, (word, place: string) =>
        /^\{[{%]-/.test(tagOf(place)) ? word.trimStart() : word,
      )
      .replaceAll(/\ue000(\d+)\ue001\s*/g, (word, place: string) =>
        /-[%}]\}$/.test(tagOf(place)) ? word.trimEnd() : word,
      );
  }

  /** Shows them in a text: one that stands on a line by itself would leave an empty one. */
  showInText(hidden: string): string {
    return (
      this.show(hidden)
        .replaceAll(/(\{[{%])-?([^]*?)-?([}%]\})/g, '$1$2$3')
        // A tag ends at its first `%}`: words between two of them are a line of their own, which keeps its end.
        .replaceAll(/^((?:[ \t]*\{%(?:(?!%\})[^])*%\}[ \t]*)+)\n/gm, '$1')
    );
  }
}
