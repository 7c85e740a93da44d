import { Client, type Dispatcher } from "undici";

/**
 * A connection of a pool. undici's own says "busy" of a request it refused at once, such as one with a bad header; the pool then waits
 * for ever for it to become free.
 */
export class PooledClient extends Client {
  /** Whether more may be sent. */
  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    return super.dispatch(options, handler) || this.stats.size === 0;
  }
}
