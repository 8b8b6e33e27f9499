/** A picture of a product that there is not: a letter on a ground of one colour. Null for what is no such path. */
export function drawPicture(path: string): string | null {
  const [, letter, colour] = /\/sample-picture\/([A-Z])\/([0-9a-f]{6})\.svg$/.exec(path) ?? [];
  if (letter === undefined || colour === undefined) return null;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 320" width="320" height="320">
<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#${colour}" stop-opacity="0.78"/><stop offset="1" stop-color="#${colour}"/></linearGradient></defs>
<rect width="320" height="320" fill="#fff"/><rect width="320" height="320" fill="url(#g)"/>
<text x="160" y="212" text-anchor="middle" font-family="Georgia, serif" font-size="150" fill="#fff" fill-opacity="0.92">${letter}</text>
</svg>`;
}
