import { StartError } from '../errors.ts';
import type { DemoPlace } from './commands.ts';
import type { DemoMessage } from './history.ts';
import type { DemoProduct } from './shop.ts';

/** What the demo asks of Kairos, over HTTP as any service would. @throws StartError with Kairos's own words. */
export class DemoApi {
  private readonly place: DemoPlace;

  constructor(place: DemoPlace) {
    this.place = place;
  }

  async putProducts(products: readonly DemoProduct[]): Promise<void> {
    const whole = products.map((product) => ({
      ...product,
      product_id: product.sku,
      currency: 'USD',
      url: `https://shop.example/${product.sku}`,
      image_url: `https://shop.example/${product.sku}.jpg`,
    }));
    await this.ask('PUT', '/v1/products', whole);
  }

  /** Resolves when Kairos has taken them; those it has already change nothing. */
  async post(batch: readonly DemoMessage[]): Promise<void> {
    await this.ask('POST', '/v1/batch', { batch });
  }

  async hasRuns(userId: string): Promise<boolean> {
    const runs = await this.ask('GET', `/v1/runs?customer=${encodeURIComponent(userId)}&limit=1`);
    return (runs as { items: unknown[] }).items.length > 0;
  }

  private async ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(this.place.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.place.adminKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.ok) return text === '' ? null : JSON.parse(text);
    throw new StartError(`${method} ${path} was answered with ${answer.status}: ${text}`);
  }
}
