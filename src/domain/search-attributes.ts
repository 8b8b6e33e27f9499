import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** By what an operator finds runs in Temporal. All of type Keyword; a namespace has room for ten of these. */
export const searchAttributes = {
  name: defineSearchAttributeKey('KairosName', SearchAttributeType.KEYWORD),
  customer: defineSearchAttributeKey('KairosCustomer', SearchAttributeType.KEYWORD),
  subject: defineSearchAttributeKey('KairosSubject', SearchAttributeType.KEYWORD),
  key: defineSearchAttributeKey('KairosKey', SearchAttributeType.KEYWORD),
  stage: defineSearchAttributeKey('KairosStage', SearchAttributeType.KEYWORD),
};

export const searchAttributeNames = Object.values(searchAttributes).map(({ name }) => name);
