import { slot } from '../define/slot.ts';

/** The large picture of the shop's first page. Whoever waits for help or for a parcel is sold nothing. */
export const hero = slot('hero', {
  byPersona: {
    unhappy: {
      headline: 'We are here for you',
      text: 'Talk to a person: by chat, by phone, or we call you back.',
      action: { label: 'Get help', url: '/help' },
    },
    'expecting-order': {
      headline: 'Where is my parcel?',
      text: 'Follow it, change where it goes, or see how to get the most out of it.',
      action: { label: 'My orders', url: '/orders' },
    },
    'gift-buyers': {
      headline: 'Gifts that arrive in time',
      text: 'Wrapped, with your own words, and exchanged without a question.',
      action: { label: 'Find a gift', url: '/gifts' },
    },
    champions: {
      headline: 'Yours a week before everybody else',
      text: 'The new collection, to look at and to put aside.',
      action: { label: 'See it first', url: '/preview' },
    },
    'cannot-lose': {
      headline: 'Good to see you',
      text: 'What is new in the departments you know best.',
      action: { label: 'What is new', url: '/new' },
    },
    'about-to-lapse': {
      headline: 'Time for something fresh?',
      text: 'What goes with what you have, and refills of what runs out.',
      action: { label: 'Look around', url: '/new' },
    },
    lapsed: {
      headline: 'Much has changed here',
      text: 'The best of what has come since last season.',
      action: { label: 'Best of the season', url: '/best-of' },
    },
    'high-value': {
      headline: 'Your personal adviser',
      text: 'Half an hour, at a time of your choice, with somebody who knows the range.',
      action: { label: 'Make an appointment', url: '/adviser' },
    },
    'loyal-shoppers': {
      headline: 'Good to have you back',
      text: 'Order again in two steps, or see what goes with it.',
      action: { label: 'Order again', url: '/orders' },
    },
    'discount-hunters': {
      headline: 'This week at a lower price',
      text: 'As long as there is any, and no code to type.',
      action: { label: 'All offers', url: '/offers' },
    },
    'first-time-buyers': {
      headline: 'How do you like it?',
      text: 'Tips for the first weeks, and what others took with it.',
      action: { label: 'Tips', url: '/guides' },
    },
    undecided: {
      headline: 'We kept it for you',
      text: 'Questions about size, delivery or returns? The answers are one click away.',
      action: { label: 'To the cart', url: '/cart' },
    },
    'window-shoppers': {
      headline: 'Can we help you choose?',
      text: 'Three questions, and we show you what suits.',
      action: { label: 'Start', url: '/finder' },
    },
  },
  otherwise: {
    headline: 'Made to last',
    text: 'Thirty days to try everything at home.',
    action: { label: 'Look around', url: '/new' },
  },
});
