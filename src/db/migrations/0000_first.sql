CREATE TABLE "home" (
	"id" integer PRIMARY KEY NOT NULL,
	"clock_origin" timestamp (3) with time zone NOT NULL,
	"clock_speed" integer NOT NULL,
	"secret" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "message_ids" (
	"mark" uuid PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "customer_events" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"name" text,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"properties" jsonb
);
--> statement-breakpoint
CREATE TABLE "events" (
	"seq" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "events_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"id" uuid NOT NULL,
	"message_id" text NOT NULL,
	"kind" text NOT NULL,
	"name" text,
	"source" text,
	"subject" text,
	"user_id" text,
	"anonymous_id" text,
	"previous_id" text,
	"admin" boolean NOT NULL,
	"imported" boolean DEFAULT false NOT NULL,
	"body" jsonb NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "events_id_unique" UNIQUE("id")
);
--> statement-breakpoint
CREATE TABLE "unrouted" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"user_id" text,
	"anonymous_id" text,
	"previous_id" text,
	"imported" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rejections" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"stage" text NOT NULL,
	"index" integer,
	"import" text,
	"code" text NOT NULL,
	"detail" text NOT NULL,
	"item" jsonb,
	"event_seq" bigint
);
--> statement-breakpoint
CREATE TABLE "products" (
	"sku" text PRIMARY KEY NOT NULL,
	"product_id" text,
	"title" text NOT NULL,
	"price_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"category" text,
	"url" text,
	"image_url" text,
	"substitutes" text[] NOT NULL,
	"rating" double precision,
	"reviews" jsonb NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "recommendations" (
	"basis" text NOT NULL,
	"beside" text NOT NULL,
	"sku" text NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "recommendations_basis_beside_sku_pk" PRIMARY KEY("basis","beside","sku")
);
--> statement-breakpoint
CREATE TABLE "customer_ids" (
	"kind" text NOT NULL,
	"external_id" text NOT NULL,
	"customer_id" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "customer_ids_kind_external_id_pk" PRIMARY KEY("kind","external_id")
);
--> statement-breakpoint
CREATE TABLE "customers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"arm_key" text NOT NULL,
	"traits" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"withdrawn_traits" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"merged_into" uuid,
	"persona" text,
	"erased_at" timestamp (3) with time zone,
	"forgotten_at" timestamp (3) with time zone,
	"crossed" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "consents" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"channel" text NOT NULL,
	"topic" text DEFAULT '' NOT NULL,
	"state" text NOT NULL,
	"source" text NOT NULL,
	"wording" text,
	"at" timestamp (3) with time zone NOT NULL,
	"repeated_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "carts" (
	"customer_id" uuid NOT NULL,
	"key" text NOT NULL,
	"lines" jsonb NOT NULL,
	"last_activity_at" timestamp (3) with time zone NOT NULL,
	"emptied_at" timestamp (3) with time zone,
	CONSTRAINT "carts_customer_id_key_pk" PRIMARY KEY("customer_id","key")
);
--> statement-breakpoint
CREATE TABLE "contacts" (
	"event_id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"channel" text,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "endings" (
	"name" text NOT NULL,
	"customer_id" uuid NOT NULL,
	"key" text,
	"outcome" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "endings_of" UNIQUE NULLS NOT DISTINCT("customer_id","name","key")
);
--> statement-breakpoint
CREATE TABLE "order_lines" (
	"order_id" text NOT NULL,
	"sku" text NOT NULL,
	"customer_id" uuid NOT NULL,
	"ordered_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "order_lines_order_id_sku_pk" PRIMARY KEY("order_id","sku")
);
--> statement-breakpoint
CREATE TABLE "orders" (
	"order_id" text PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"value_minor" bigint NOT NULL,
	"refunded_minor" bigint DEFAULT 0 NOT NULL,
	"currency" text NOT NULL,
	"reduced" boolean DEFAULT false NOT NULL,
	"ordered_at" timestamp (3) with time zone NOT NULL,
	"cancelled_at" timestamp (3) with time zone,
	"shipped_at" timestamp (3) with time zone,
	"delivered_at" timestamp (3) with time zone,
	"reported_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "computed_memberships" (
	"segment" text NOT NULL,
	"generation" integer NOT NULL,
	"customer_id" uuid NOT NULL,
	"is_member" boolean NOT NULL,
	"next_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "memberships" (
	"segment" text NOT NULL,
	"generation" integer NOT NULL,
	"customer_id" uuid NOT NULL,
	"is_member" boolean NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"next_at" timestamp (3) with time zone,
	CONSTRAINT "memberships_customer_id_segment_generation_pk" PRIMARY KEY("customer_id","segment","generation")
);
--> statement-breakpoint
CREATE TABLE "segment_looks" (
	"segment" text NOT NULL,
	"customer_id" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "segment_looks_segment_customer_id_pk" PRIMARY KEY("segment","customer_id")
);
--> statement-breakpoint
CREATE TABLE "segments" (
	"name" text PRIMARY KEY NOT NULL,
	"definition" text NOT NULL,
	"basis" text DEFAULT '' NOT NULL,
	"generation" integer NOT NULL,
	"next_definition" text,
	"next_generation" integer,
	"next_basis" text,
	"next_began_at" timestamp (3) with time zone,
	"next_found_at" timestamp (3) with time zone,
	"next_after" uuid,
	"done" bigint DEFAULT 0 NOT NULL,
	"total" bigint DEFAULT 0 NOT NULL,
	"computed_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "date_reckonings" (
	"name" text PRIMARY KEY NOT NULL,
	"definition" text NOT NULL,
	"zone" text NOT NULL,
	"next_definition" text,
	"next_zone" text,
	"up_to" uuid,
	"done" bigint DEFAULT 0 NOT NULL,
	"total" bigint DEFAULT 0 NOT NULL,
	"reckoned_at" timestamp (3) with time zone,
	"tended_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "date_starts" (
	"name" text NOT NULL,
	"customer_id" uuid NOT NULL,
	"date" text,
	"zone" text NOT NULL,
	"occasion" date,
	"starts_at" timestamp (3) with time zone,
	"problem" text,
	"is_stale" boolean DEFAULT false NOT NULL,
	CONSTRAINT "date_starts_customer_id_name_pk" PRIMARY KEY("customer_id","name")
);
--> statement-breakpoint
CREATE TABLE "imports" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"lines" bigint DEFAULT 0 NOT NULL,
	"accepted" bigint DEFAULT 0 NOT NULL,
	"duplicates" bigint DEFAULT 0 NOT NULL,
	"rejected" bigint DEFAULT 0 NOT NULL,
	"digest" text NOT NULL,
	"began_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "imports_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "stock" (
	"sku" text PRIMARY KEY NOT NULL,
	"units" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"sold_out_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "stock_levels" (
	"sku" text NOT NULL,
	"source" text NOT NULL,
	"location" text NOT NULL,
	"available" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"seq" bigint NOT NULL,
	CONSTRAINT "stock_levels_sku_source_location_pk" PRIMARY KEY("sku","source","location")
);
--> statement-breakpoint
CREATE TABLE "price_history" (
	"sku" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"source" text NOT NULL,
	"price_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	CONSTRAINT "price_history_sku_at_source_pk" PRIMARY KEY("sku","at","source")
);
--> statement-breakpoint
CREATE TABLE "prices" (
	"sku" text NOT NULL,
	"source" text NOT NULL,
	"price_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "prices_sku_source_pk" PRIMARY KEY("sku","source")
);
--> statement-breakpoint
CREATE TABLE "world_states" (
	"type" text NOT NULL,
	"subject" text NOT NULL,
	"place" text NOT NULL,
	"source" text NOT NULL,
	"data" jsonb NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "world_states_type_subject_place_source_pk" PRIMARY KEY("type","subject","place","source")
);
--> statement-breakpoint
CREATE TABLE "waiting_entries" (
	"id" uuid PRIMARY KEY NOT NULL,
	"list" text NOT NULL,
	"customer_id" uuid NOT NULL,
	"sku" text NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"asked_at" timestamp (3) with time zone,
	"state" text NOT NULL,
	"reason" text,
	"bought_sku" text,
	"ended_at" timestamp (3) with time zone,
	"told_in" uuid,
	"seen_at" timestamp (3) with time zone,
	"seen_minor" bigint,
	"seen_currency" text,
	"told_minor" bigint
);
--> statement-breakpoint
CREATE TABLE "dispatches" (
	"run_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"place" bigint GENERATED ALWAYS AS IDENTITY (sequence name "dispatches_place_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"event_id" uuid,
	"event_name" text,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"carries" jsonb NOT NULL,
	"done_at" timestamp (3) with time zone,
	"held" boolean DEFAULT false NOT NULL,
	CONSTRAINT "dispatches_run_id_seq_pk" PRIMARY KEY("run_id","seq")
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"version" integer NOT NULL,
	"customer_id" uuid,
	"subject" text,
	"key" text NOT NULL,
	"n" integer NOT NULL,
	"workflow_id" text NOT NULL,
	"entry_event_id" uuid,
	"first" jsonb NOT NULL,
	"carries" jsonb NOT NULL,
	"settings" jsonb NOT NULL,
	"arms" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"outcome" text,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"closed_at" timestamp (3) with time zone,
	"wakes_at" timestamp (3) with time zone,
	"held_until" timestamp (3) with time zone,
	"last_activity_at" timestamp (3) with time zone NOT NULL,
	"last_seq" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "runs_workflow_id_unique" UNIQUE("workflow_id")
);
--> statement-breakpoint
CREATE TABLE "product_news" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "product_news_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"sku" text NOT NULL,
	"crossing" text NOT NULL,
	"event_id" uuid NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"before_minor" bigint,
	"currency" text,
	"told_up_to" bigint
);
--> statement-breakpoint
CREATE TABLE "run_products" (
	"run_id" uuid NOT NULL,
	"sku" text NOT NULL,
	"seq" bigint GENERATED ALWAYS AS IDENTITY (sequence name "run_products_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	CONSTRAINT "run_products_run_id_sku_pk" PRIMARY KEY("run_id","sku")
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"id" uuid PRIMARY KEY NOT NULL,
	"run_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"name" text NOT NULL,
	"subject" text,
	"message" text NOT NULL,
	"nth" integer,
	"own_channel" text DEFAULT '' NOT NULL,
	"entry_id" uuid,
	"wave" integer,
	"purpose" text NOT NULL,
	"topic" text DEFAULT '' NOT NULL,
	"priority" integer DEFAULT 0 NOT NULL,
	"channel" text,
	"variant" text,
	"arm" text,
	"state" text NOT NULL,
	"reason" text,
	"verdicts" jsonb NOT NULL,
	"calling_at" timestamp (3) with time zone,
	"held_until" timestamp (3) with time zone,
	"opened_at" timestamp (3) with time zone,
	"clicked_at" timestamp (3) with time zone,
	"complained_at" timestamp (3) with time zone,
	"unsubscribed_at" timestamp (3) with time zone,
	"provider_id" text,
	"provider_code" text,
	"anonymous" boolean DEFAULT false NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "provider_news" (
	"fingerprint" text PRIMARY KEY NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "suppressions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"channel" text NOT NULL,
	"address_hash" text NOT NULL,
	"reason" text NOT NULL,
	"source" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"lifted_at" timestamp (3) with time zone,
	"lifted_by" text,
	"lifted_reason" text
);
--> statement-breakpoint
CREATE TABLE "push_subscriptions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"endpoint" text NOT NULL,
	"keys" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"gone_at" timestamp (3) with time zone,
	CONSTRAINT "push_subscriptions_endpoint_unique" UNIQUE("endpoint")
);
--> statement-breakpoint
CREATE TABLE "onsite_messages" (
	"delivery_id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"content" jsonb NOT NULL,
	"placed_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"shown_at" timestamp (3) with time zone,
	"clicked_at" timestamp (3) with time zone,
	"dismissed_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "onsite_streams" (
	"id" uuid PRIMARY KEY NOT NULL,
	"anonymous_id" text NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"there_until" timestamp (3) with time zone NOT NULL,
	"looked_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "codes" (
	"pool" text NOT NULL,
	"code" text NOT NULL,
	"added_at" timestamp (3) with time zone NOT NULL,
	"delivery_id" uuid,
	"assigned_at" timestamp (3) with time zone,
	CONSTRAINT "codes_pool_code_pk" PRIMARY KEY("pool","code"),
	CONSTRAINT "codes_delivery_id_unique" UNIQUE("delivery_id")
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"scope" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "channel_turns" (
	"channel" text PRIMARY KEY NOT NULL,
	"free_at" double precision NOT NULL
);
--> statement-breakpoint
CREATE TABLE "gatherings" (
	"run_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"wake" text NOT NULL,
	"event_id" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"place" text,
	"told_since" timestamp (3) with time zone,
	"customers" integer NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"over" boolean DEFAULT false NOT NULL,
	CONSTRAINT "gatherings_run_id_seq_pk" PRIMARY KEY("run_id","seq")
);
--> statement-breakpoint
CREATE TABLE "waves" (
	"run_id" uuid NOT NULL,
	"wave" integer NOT NULL,
	"began_at" timestamp (3) with time zone NOT NULL,
	"heard_up_to" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"goes_on" boolean,
	"units_left" bigint,
	"units" integer,
	"places" integer NOT NULL,
	"allowed" integer NOT NULL,
	"used" integer DEFAULT 0 NOT NULL,
	"held_out" integer DEFAULT 0 NOT NULL,
	"withheld" integer DEFAULT 0 NOT NULL,
	"look" integer DEFAULT 0 NOT NULL,
	"looked_since" timestamp (3) with time zone,
	"looked_id" uuid,
	"through" boolean DEFAULT false NOT NULL,
	"quiet_until" timestamp (3) with time zone,
	CONSTRAINT "waves_run_id_wave_pk" PRIMARY KEY("run_id","wave")
);
--> statement-breakpoint
CREATE TABLE "time_zones" (
	"name" text PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE INDEX "message_ids_at" ON "message_ids" USING btree ("at");--> statement-breakpoint
CREATE INDEX "customer_events_customer" ON "customer_events" USING btree ("customer_id","occurred_at");--> statement-breakpoint
CREATE INDEX "customer_events_time" ON "customer_events" USING btree ("occurred_at");--> statement-breakpoint
CREATE INDEX "customer_events_name" ON "customer_events" USING btree ("name","customer_id","occurred_at") WHERE name is not null;--> statement-breakpoint
CREATE INDEX "customer_events_look" ON "customer_events" USING btree ((coalesce(nullif(btrim(properties ->> 'sku'), ''), btrim(properties ->> 'product_id'))),"occurred_at") WHERE name in ('Product Viewed', 'Product Added', 'Product Added to Wishlist', 'Product Wished') and properties is not null;--> statement-breakpoint
CREATE INDEX "unrouted_imported" ON "unrouted" USING btree ("seq") WHERE "unrouted"."imported";--> statement-breakpoint
CREATE INDEX "unrouted_user" ON "unrouted" USING btree ("user_id") WHERE "unrouted"."user_id" is not null;--> statement-breakpoint
CREATE INDEX "unrouted_anonymous" ON "unrouted" USING btree ("anonymous_id") WHERE "unrouted"."anonymous_id" is not null;--> statement-breakpoint
CREATE INDEX "unrouted_previous" ON "unrouted" USING btree ("previous_id") WHERE "unrouted"."previous_id" is not null;--> statement-breakpoint
CREATE INDEX "rejections_at" ON "rejections" USING btree ("at");--> statement-breakpoint
CREATE INDEX "rejections_import" ON "rejections" USING btree ("import","id") WHERE import is not null;--> statement-breakpoint
CREATE INDEX "products_product_id" ON "products" USING btree ("product_id","sku");--> statement-breakpoint
CREATE INDEX "products_category" ON "products" USING btree ("category");--> statement-breakpoint
CREATE INDEX "products_substitutes" ON "products" USING gin ("substitutes");--> statement-breakpoint
CREATE INDEX "recommendations_best" ON "recommendations" USING btree ("basis","beside","count");--> statement-breakpoint
CREATE INDEX "customer_ids_customer" ON "customer_ids" USING btree ("customer_id");--> statement-breakpoint
CREATE INDEX "customers_merged" ON "customers" USING btree ("merged_into") WHERE merged_into is not null;--> statement-breakpoint
CREATE INDEX "customers_gone" ON "customers" USING btree ("id") WHERE merged_into is not null or erased_at is not null;--> statement-breakpoint
CREATE INDEX "customers_email" ON "customers" USING btree (lower(btrim(traits #>> '{email,value}'))) WHERE length(traits #>> '{email,value}') <= 300;--> statement-breakpoint
CREATE INDEX "customers_phone" ON "customers" USING btree (regexp_replace(traits #>> '{phone,value}', '\D', '', 'g')) WHERE length(traits #>> '{phone,value}') <= 100;--> statement-breakpoint
CREATE INDEX "customers_forgetting" ON "customers" USING btree ("erased_at") WHERE erased_at is not null and forgotten_at is null;--> statement-breakpoint
CREATE INDEX "consents_customer" ON "consents" USING btree ("customer_id","channel","topic","at");--> statement-breakpoint
CREATE INDEX "consents_newest" ON "consents" USING btree ("channel","topic","customer_id","at" DESC NULLS FIRST,"state","id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "contacts_customer" ON "contacts" USING btree ("customer_id","at");--> statement-breakpoint
CREATE INDEX "order_lines_customer" ON "order_lines" USING btree ("customer_id","sku","ordered_at");--> statement-breakpoint
CREATE INDEX "order_lines_sku" ON "order_lines" USING btree ("sku","customer_id");--> statement-breakpoint
CREATE INDEX "orders_customer" ON "orders" USING btree ("customer_id","ordered_at");--> statement-breakpoint
CREATE INDEX "computed_memberships_of" ON "computed_memberships" USING btree ("segment","generation","customer_id");--> statement-breakpoint
CREATE INDEX "memberships_members" ON "memberships" USING btree ("segment","generation","customer_id") WHERE is_member;--> statement-breakpoint
CREATE INDEX "memberships_next" ON "memberships" USING btree ("segment","generation","next_at") WHERE next_at is not null;--> statement-breakpoint
CREATE INDEX "date_starts_next" ON "date_starts" USING btree ("name","starts_at") WHERE starts_at is not null;--> statement-breakpoint
CREATE INDEX "date_starts_stale" ON "date_starts" USING btree ("customer_id") WHERE is_stale;--> statement-breakpoint
CREATE UNIQUE INDEX "waiting_entries_one_waiting" ON "waiting_entries" USING btree ("customer_id","sku","list") WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX "waiting_entries_next" ON "waiting_entries" USING btree ("list","sku","since","id") WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX "waiting_entries_told" ON "waiting_entries" USING btree ("list","sku","ended_at") WHERE told_in is not null;--> statement-breakpoint
CREATE INDEX "waiting_entries_told_in" ON "waiting_entries" USING btree ("told_in") WHERE told_in is not null;--> statement-breakpoint
CREATE INDEX "waiting_entries_over" ON "waiting_entries" USING btree ("ended_at") WHERE reason = 'over';--> statement-breakpoint
CREATE INDEX "waiting_entries_customer" ON "waiting_entries" USING btree ("customer_id","sku");--> statement-breakpoint
CREATE INDEX "dispatches_owed" ON "dispatches" USING btree ("place") WHERE done_at is null and not held;--> statement-breakpoint
CREATE UNIQUE INDEX "runs_one_open" ON "runs" USING btree ("customer_id","name","key") WHERE state = 'open' and customer_id is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "runs_one_open_subject" ON "runs" USING btree ("subject","name","key") WHERE state = 'open' and subject is not null;--> statement-breakpoint
CREATE INDEX "runs_customer" ON "runs" USING btree ("customer_id","name","key","n");--> statement-breakpoint
CREATE INDEX "runs_subject" ON "runs" USING btree ("subject","name","n") WHERE subject is not null;--> statement-breakpoint
CREATE INDEX "runs_name" ON "runs" USING btree ("name","state","opened_at");--> statement-breakpoint
CREATE INDEX "runs_held" ON "runs" USING btree ("held_until") WHERE held_until is not null and state = 'open';--> statement-breakpoint
CREATE INDEX "runs_closed" ON "runs" USING btree ("closed_at","id") WHERE state = 'closed';--> statement-breakpoint
CREATE UNIQUE INDEX "product_news_to_begin" ON "product_news" USING btree ("sku","crossing") WHERE told_up_to is null;--> statement-breakpoint
CREATE INDEX "run_products_sku" ON "run_products" USING btree ("sku","seq");--> statement-breakpoint
CREATE UNIQUE INDEX "deliveries_name" ON "deliveries" USING btree ("run_id","message","nth","own_channel") WHERE nth is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "deliveries_entry" ON "deliveries" USING btree ("entry_id","message") WHERE entry_id is not null;--> statement-breakpoint
CREATE INDEX "deliveries_customer" ON "deliveries" USING btree ("customer_id","at");--> statement-breakpoint
CREATE INDEX "deliveries_journey" ON "deliveries" USING btree ("name","at");--> statement-breakpoint
CREATE INDEX "deliveries_at" ON "deliveries" USING btree ("at");--> statement-breakpoint
CREATE INDEX "deliveries_held" ON "deliveries" USING btree ("held_until") WHERE held_until is not null;--> statement-breakpoint
CREATE INDEX "deliveries_open" ON "deliveries" USING btree ("run_id","state","id") WHERE state in ('waiting', 'intended');--> statement-breakpoint
CREATE INDEX "provider_news_received" ON "provider_news" USING btree ("received_at");--> statement-breakpoint
CREATE UNIQUE INDEX "suppressions_one" ON "suppressions" USING btree ("address_hash","channel","reason") WHERE lifted_at is null;--> statement-breakpoint
CREATE INDEX "suppressions_at" ON "suppressions" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "suppressions_address" ON "suppressions" USING btree ("address_hash","at");--> statement-breakpoint
CREATE INDEX "push_subscriptions_customer" ON "push_subscriptions" USING btree ("customer_id") WHERE gone_at is null;--> statement-breakpoint
CREATE INDEX "onsite_messages_customer" ON "onsite_messages" USING btree ("customer_id","placed_at");--> statement-breakpoint
CREATE INDEX "onsite_messages_expires" ON "onsite_messages" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "onsite_streams_anonymous" ON "onsite_streams" USING btree ("anonymous_id","there_until");--> statement-breakpoint
CREATE INDEX "onsite_streams_there" ON "onsite_streams" USING btree ("there_until");--> statement-breakpoint
CREATE INDEX "onsite_streams_unlooked" ON "onsite_streams" USING btree ("opened_at") WHERE looked_at is null;--> statement-breakpoint
CREATE INDEX "codes_free" ON "codes" USING btree ("pool","added_at") WHERE delivery_id is null;--> statement-breakpoint
CREATE INDEX "gatherings_event" ON "gatherings" USING btree ("event_id");--> statement-breakpoint
CREATE INDEX "gatherings_at" ON "gatherings" USING btree ("at");--> statement-breakpoint
CREATE INDEX "waves_began" ON "waves" USING btree ("began_at");--> statement-breakpoint
CREATE VIEW "public"."purchases" AS (select "order_lines"."order_id", "order_lines"."sku", "order_lines"."customer_id", "order_lines"."ordered_at", "orders"."delivered_at" from "order_lines" inner join "orders" on "orders"."order_id" = "order_lines"."order_id" where "orders"."cancelled_at" is null);